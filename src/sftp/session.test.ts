/** Servers that are not what they should be. That real ones are understood is tried on those of the labs. */
import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../test/clock.ts';
import { openSftp } from './files.ts';
import { ANSWER, packet, REQUEST, STATUS, u32 } from './wire.ts';

type Answer = (type: number, id: number) => readonly Buffer[];

const VERSION = packet(ANSWER.version, u32(3));
const status = (id: number, code: number, text = '') => packet(ANSWER.status, u32(id), u32(code), text, '');

/** A server that greets, and then answers so. */
function server(answer: Answer, greeting: readonly Buffer[] = [VERSION]): Duplex {
  const stream = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _encoding, done) {
      const type = chunk[4] ?? 0;
      const answers = type === REQUEST.init ? greeting : answer(type, chunk.readUInt32BE(5));
      for (const one of answers) stream.push(one);
      done();
    },
  });
  return stream;
}

function open(stream: Duplex, signal = new AbortController().signal) {
  const clock = createTestClock();
  return { clock, files: openSftp(stream, { clock, signal }) };
}

const HANDLE = Buffer.from('h1');
const listing = (names: readonly string[]): Answer => {
  let told = false;
  return (type, id) => {
    if (type === REQUEST.opendir) return [packet(ANSWER.handle, u32(id), HANDLE)];
    if (type !== REQUEST.readdir) return [status(id, STATUS.ok)];
    if (told) return [status(id, STATUS.end)];
    told = true;
    return [
      packet(ANSWER.name, u32(id), u32(names.length), ...names.flatMap((name) => [name, '', { mode: 0o100644 }])),
    ];
  };
};

describe('a server of files', () => {
  it('can name no file outside of the folder that is listed', async () => {
    const files = await open(server(listing(['.', '..', '../etc/passwd', '/etc/passwd', '', 'a\0b', 'plain', '..x'])))
      .files;
    expect((await files.list('/srv')).map(({ name, kind }) => [name, kind])).toEqual([
      ['plain', 'file'],
      ['..x', 'file'],
    ]);
  });

  it.each<[string, readonly Buffer[]]>([
    ['speaks no SFTP', [Buffer.from('Welcome to db1, last login: Monday\r\n')]],
    ['an answer to no question', [VERSION, status(99, STATUS.ok)]],
    ['an answer is cut off', [VERSION, packet(ANSWER.status)]],
  ])('is given up when it says what it should not: %s', async (why, greeting) => {
    const refused = open(server(() => [], greeting)).files.then((files) => files.look('/srv'));
    await expect(refused).rejects.toMatchObject({ code: 'host.protocol', message: expect.stringContaining(why) });
  });

  it('is given up when it answers nothing, at the greeting and later', async () => {
    const silent = open(server(() => [], []));
    silent.files.catch(() => undefined);
    await silent.clock.pass(30_000);
    await expect(silent.files).rejects.toMatchObject({ code: 'host.unreachable' });
    const later = open(server(() => []));
    const looked = (await later.files).look('/srv');
    looked.catch(() => undefined);
    await later.clock.pass(29_999);
    await later.clock.pass(1);
    await expect(looked).rejects.toMatchObject({ message: 'no answer to SFTP within 30 s' });
  });

  it('is left when the user gives up, and closes what it is reached by', async () => {
    const controller = new AbortController();
    const stream = server(() => []);
    const looked = (await open(stream, controller.signal).files).look('/srv');
    controller.abort(new Error('given up'));
    await expect(looked).rejects.toThrow('given up');
    expect(stream.destroyed).toBe(true);
  });

  it.each<[number, string, string]>([
    [STATUS.denied, 'Permission denied', 'auth.forbidden: /srv/x: this login may not'],
    [STATUS.noSuchFile, 'No such file', 'op.refused: /srv/x is not there'],
    [STATUS.failure, 'Failure', 'op.failed: /srv/x: the other side refuses, and does not say why'],
    [STATUS.failure, 'disk is full', 'op.failed: /srv/x: disk is full'],
  ])('that says %i, %s', async (code, text, said) => {
    const files = await open(server((_type, id) => [status(id, code, text)])).files;
    await expect(files.openToRead('/srv/x').catch((error) => `${error.code}: ${error.message}`)).resolves.toBe(said);
  });

  it('is not asked for what it would understand otherwise', async () => {
    const files = await open(server((_type, id) => [status(id, STATUS.ok)])).files;
    for (const path of ['/etc/passwd\0.txt', '/srv/\uFFFD'])
      await expect(Promise.resolve().then(() => files.makeFolder(path))).rejects.toMatchObject({ code: 'op.refused' });
  });
});
