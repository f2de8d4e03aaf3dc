/** What is taken from an archive of a template, and what is refused before anything is written. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Entry } from './entries.ts';
import { readArchive } from './read-archive.ts';
import { writeTar } from './write-tar.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-archive-'));
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

const file = (path: string, text: string, executable = false): Entry => ({
  path,
  bytes: Buffer.from(text),
  executable,
});
const WEB = [file('template.yaml', 'version: 1.0\n'), file('provision.sh', 'exit 0\n', true)];

async function taken(name: string, bytes: Uint8Array) {
  const path = join(folder, name);
  await writeFile(path, bytes);
  const { name: called, entries } = await readArchive(path);
  return { called, files: entries.map((one) => [one.path, Buffer.from(one.bytes).toString(), one.executable]) };
}
const refusal = (name: string, bytes: Uint8Array) =>
  taken(name, bytes).then(
    () => 'it was taken',
    (error: Error) => error.message,
  );

/** A tar with one file, whose header is changed, with its sum. */
function tarWith(change: (header: Buffer) => void, entry: Entry = file('a', 'text')): Buffer {
  const tar = writeTar('web', [entry], 0);
  const header = tar.subarray(0, 512);
  change(header);
  header.fill(' ', 148, 156);
  const sum = header.reduce((all, byte) => all + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return tar;
}
const named = (name: string) => tarWith((header) => header.fill(0, 0, 100).write(name, 0, 'utf8'));
const typed = (type: string) => tarWith((header) => void header.write(type, 156, 'latin1'));

interface Zipped {
  readonly name: string;
  readonly text: string;
  /** As Unix has it, with the kind of file. */
  readonly mode?: number;
  /** What the directory says, whatever is there. */
  readonly size?: number;
}

function zipOf(...files: readonly Zipped[]): Buffer {
  const locals: Buffer[] = [];
  const listed: Buffer[] = [];
  let at = 0;
  for (const { name, text, mode = 0o100644, size = text.length } of files) {
    const packed = deflateRawSync(text);
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    head.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt8(3, 5);
    entry.writeUInt16LE(8, 10);
    entry.writeUInt32LE(crc32(text), 16);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(size, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE((mode << 16) >>> 0, 38);
    entry.writeUInt32LE(at, 42);
    locals.push(head, Buffer.from(name), packed);
    listed.push(entry, Buffer.from(name));
    at += 30 + name.length + packed.length;
  }
  const directory = Buffer.concat(listed);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, directory, end]);
}

describe('an archive of a template', () => {
  const whole = {
    called: 'web',
    files: [
      ['template.yaml', 'version: 1.0\n', false],
      ['provision.sh', 'exit 0\n', true],
    ],
  };
  it('is read as tar, tar.gz and zip, without the folder around its files', async () => {
    const tar = writeTar('web', WEB, 0);
    expect(await taken('some.tar', tar)).toEqual(whole);
    expect(await taken('some.tar.gz', gzipSync(tar))).toEqual(whole);
    const zip = zipOf(
      { name: 'web/', text: '', mode: 0o040755 },
      { name: 'web/template.yaml', text: 'version: 1.0\n' },
      { name: 'web/provision.sh', text: 'exit 0\n', mode: 0o100755 },
    );
    expect(await taken('some.zip', zip)).toEqual(whole);
  });

  it('is called like its file where it has no folder around all', async () => {
    const zip = zipOf({ name: 'template.yaml', text: 'vm: {}\n' }, { name: 'more/a', text: 'a' });
    expect((await taken('shop.zip', zip)).called).toBe('shop');
  });

  it('keeps long paths', async () => {
    const path = `${'a'.repeat(90)}/${'b'.repeat(90)}`;
    expect((await taken('long.tar', writeTar('web', [file(path, 'x')], 0))).files).toEqual([[path, 'x', false]]);
  });

  it.each([
    ['../out', 'leads out of its folder'],
    ['web/../../out', 'leads out of its folder'],
    ['/etc/passwd', 'is an absolute path'],
    ['web/a\\b', 'has characters that a file of a template may not have'],
    ['web/a\u001bb', 'has characters that a file of a template may not have'],
    ['web//a', 'is no plain path'],
    ['C:/a', 'has characters that a file of a template may not have'],
  ])('with the path %j is refused, in a tar and in a zip', async (name, why) => {
    expect(await refusal('bad.tar', named(name))).toContain(why);
    expect(await refusal('bad.zip', zipOf({ name, text: 'x' }))).toContain(why);
  });

  it.each([
    ['1', 'is a hard link'],
    ['2', 'is a symbolic link'],
    ['3', 'is a device node'],
    ['4', 'is a device node'],
    ['6', 'is a named pipe'],
    ['S', 'is no file'],
  ])('with an entry of type %s is refused', async (type, why) => {
    expect(await refusal('bad.tar', typed(type))).toContain(why);
  });

  it.each([
    ['link', 0o120777],
    ['device', 0o060644],
    ['pipe', 0o010644],
  ])('with a %s in a zip is refused', async (_what, mode) => {
    expect(await refusal('bad.zip', zipOf({ name: 'web/a', text: '/etc/passwd', mode }))).toContain(
      'is a link, a device node or a named pipe',
    );
  });

  it('that is damaged, cut short, or says less than it unpacks to, is refused', async () => {
    const tar = writeTar('web', WEB, 0);
    expect(await refusal('cut.tar', tar.subarray(0, 700))).toContain('is cut short or damaged');
    expect(await refusal('cut.tar.gz', gzipSync(tar).subarray(0, 60))).toContain('is cut short or damaged');
    const flipped = Buffer.from(tar);
    flipped.write('X', 3);
    expect(await refusal('flipped.tar', flipped)).toContain('is cut short or damaged');
    const lying = zipOf({ name: 'web/a', text: 'x'.repeat(10_000), size: 10 });
    expect(await refusal('lying.zip', lying)).toContain('is cut short or damaged');
    const cut = zipOf({ name: 'web/a', text: 'x' });
    expect(await refusal('cut.zip', cut.subarray(0, cut.length - 30))).toContain('is cut short or damaged');
  });

  it('that would fill the disk is refused before it is unpacked', async () => {
    const large = zipOf({ name: 'web/a', text: 'x', size: 2 ** 31 });
    expect(await refusal('large.zip', large)).toContain('has more than 64 MiB');
    const many = zipOf({ name: 'web/a', text: 'x' });
    many.writeUInt16LE(1_001, many.length - 12);
    expect(await refusal('many.zip', many)).toContain('has more than 1000 files');
  });

  it('with two files of one name, or one that is a folder too, is refused', async () => {
    const twice = zipOf({ name: 'web/a', text: 'x' }, { name: 'web/A', text: 'y' });
    expect(await refusal('twice.zip', twice)).toContain('is there twice');
    const both = zipOf({ name: 'web/a', text: 'x' }, { name: 'web/a/b', text: 'y' });
    expect(await refusal('both.zip', both)).toContain('lies in what is a file too');
  });
});
