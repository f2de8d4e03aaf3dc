import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { systemClock } from '../../../clock.ts';
import type { FleetError } from '../../../errors.ts';
import { commandHere } from '../link/run-here.ts';
import { runToEnd } from './run-to-end.ts';

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'drover-run-to-end-'));
});
afterAll(() => rm(dir, { recursive: true }));

function run(command: string, onTell?: (stop: AbortController) => void) {
  const stop = new AbortController();
  const dialer = { host: 'db1', command: async (line: string) => commandHere(line) };
  const heard: string[] = [];
  const tell = ({ data }: { readonly data: Uint8Array }) => {
    heard.push(String(Buffer.from(data)));
    onTell?.(stop);
  };
  const ended = runToEnd(dialer, command, { tell, stop: stop.signal }, systemClock, new AbortController().signal);
  return { ended, heard: () => heard.join('') };
}

it('F-226 a command of a setup is heard to its end, and leaves nothing', async () => {
  const { ended, heard } = run(`echo "it's one"; umask; echo two >&2; exit 3`);
  expect(await ended).toBe(3);
  const umask = process.umask().toString(8).padStart(4, '0');
  expect(heard()).toBe(`it's one\n${umask}\ntwo\n`);
});

it('F-226 a command of a setup goes on where the user gives it up, and says where it writes', async () => {
  const [go, done] = [join(dir, 'go'), join(dir, 'done')];
  const command = `echo begun; until [ -e "${go}" ]; do sleep 0.05; done; echo more; echo x >"${done}"`;
  const { ended } = run(command, (stop) => stop.abort(new Error('enough')));
  const failure = (await ended.catch((error: unknown) => error)) as FleetError;
  expect([failure.code, failure.message]).toEqual(['outcome.unknown', expect.stringContaining('may go on on db1')]);
  const log = failure.message.split(' ').at(-1) ?? '';
  await writeFile(go, '');
  await vi.waitFor(() => expect(existsSync(done)).toBe(true), { timeout: 20_000 });
  expect(await readFile(log, 'utf8')).toBe('begun\nmore\n');
  await rm(log);
});
