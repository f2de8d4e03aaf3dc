import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../test/clock.ts';
import { FleetError } from '../errors.ts';
import { GIVE_UP_MS } from '../link/kept-link.ts';
import type { ConsoleSize } from '../platforms/contract.ts';
import { reconnecting, type StreamAttachment } from './reconnecting.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const UNREACHABLE = new FleetError('host.unreachable', 'the link to host1 is down');

/** A guest whose console is opened again with each link, or refused. */
function guest() {
  const clock = createTestClock();
  const links: Duplex[] = [];
  const said: string[] = [];
  const sent: string[] = [];
  const sizes: ConsoleSize[] = [];
  const seen = { text: '' };
  const refusals: FleetError[] = [];
  let signal: AbortSignal | undefined;
  const link = (): StreamAttachment => {
    const stream = new Duplex({
      read() {},
      write(chunk: Buffer, _encoding, done) {
        sent.push(chunk.toString());
        done();
      },
    });
    links.push(stream);
    return { kind: 'stream', stream, resize: (size) => void sizes.push(size) };
  };
  const { stream, resize } = reconnecting(link(), {
    clock,
    async open(given) {
      signal = given;
      const refusal = refusals.shift();
      if (refusal) throw refusal;
      return link();
    },
    dropped: (why, ms) => void said.push(`${why} ${ms}`),
    back: () => void said.push('back'),
    notSent: () => void said.push('not sent'),
  });
  stream.on('data', (chunk: Buffer) => {
    seen.text += chunk.toString();
  });
  const ended = new Promise<Error | undefined>((resolve) => {
    stream.once('error', resolve).once('close', () => resolve(undefined));
  });
  const drop = async (error: Error = UNREACHABLE) => {
    links.at(-1)?.destroy(error);
    await turn();
  };
  return { clock, links, said, sent, sizes, seen, refusals, stream, resize, ended, drop, signal: () => signal };
}

describe('a console on the command line whose link drops', () => {
  it('goes on with another link, and gets nothing of what was typed between them', async () => {
    const { clock, links, said, sent, sizes, seen, stream, resize, ended, drop } = guest();
    resize?.({ columns: 90, rows: 20 });
    links[0]?.push('one ');
    stream.write('ls\r');
    await turn();
    await drop();
    stream.write('rm ');
    stream.write('-r .\r');
    await clock.pass(1_000);
    await turn();
    links[1]?.push('two');
    stream.write('pwd\r');
    await turn();
    expect(seen.text).toBe('one two');
    expect(sent).toEqual(['ls\r', 'pwd\r']);
    expect(said).toEqual(['the link to host1 is down 1000', 'not sent', 'back']);
    expect(sizes).toEqual([
      { columns: 90, rows: 20 },
      { columns: 90, rows: 20 },
    ]);
    links[1]?.push(null);
    expect(await ended).toBeUndefined();
  });

  it('is given up after five minutes, with the last error', async () => {
    const { clock, refusals, ended, drop, links } = guest();
    const last = new FleetError('host.unreachable', 'no route to host1');
    refusals.push(...new Array<FleetError>(100).fill(last));
    await drop();
    for (let ms = 0; ms <= GIVE_UP_MS; ms += 1_000) await clock.pass(1_000);
    expect(await ended).toBe(last);
    expect(links).toHaveLength(1);
  });

  it('is given up at once where another try makes no sense', async () => {
    const { said, ended, drop } = guest();
    const gone = new FleetError('vm.not-found', 'there is no web1 any more');
    await drop(gone);
    expect([await ended, said]).toEqual([gone, []]);
  });

  it('is left while it waits, and opens nothing any more', async () => {
    const { clock, links, said, stream, ended, drop } = guest();
    await drop();
    stream.destroy();
    expect(await ended).toBeUndefined();
    await clock.pass(60_000);
    expect([links.length, said.length]).toEqual([1, 1]);
  });

  it('is left while it is opened, which ends that', async () => {
    const { clock, stream, drop, signal, ended } = guest();
    await drop();
    await clock.pass(1_000);
    expect(signal()?.aborted).toBe(false);
    stream.destroy();
    await ended;
    expect(signal()?.aborted).toBe(true);
  });
});
