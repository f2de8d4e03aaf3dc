import { FleetError } from '../../../errors.ts';
import type { Entry } from './entries.ts';

const BLOCK = 512;
const NAME_BYTES = 100;
const BEFORE_BYTES = 155;

/** A tar (POSIX ustar) of these files, all below one folder. `changedAt`: epoch in ms, for each. */
export function writeTar(folder: string, entries: readonly Entry[], changedAt: number): Buffer {
  const blocks = entries.flatMap(({ path, bytes, executable }) => {
    const header = headerOf(`${folder}/${path}`, bytes.length, executable ? 0o755 : 0o644, changedAt);
    return [header, bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

function headerOf(path: string, size: number, mode: number, changedAt: number): Buffer {
  const { before, name } = divided(path);
  const header = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, digits: number) =>
    header.write(`${value.toString(8).padStart(digits, '0')}\0`, at, 'latin1');
  header.write(name, 0, 'utf8');
  octal(mode, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(size, 124, 11);
  octal(Math.max(0, Math.floor(changedAt / 1000)), 136, 11);
  header.write('        0', 148, 'latin1');
  header.write('ustar\u000000', 257, 'latin1');
  header.write(before, 345, 'utf8');
  const sum = header.reduce((all, byte) => all + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

/** A long path stands in two fields, divided at a slash. Throws op.failed for one that does not fit. */
function divided(path: string): { readonly before: string; readonly name: string } {
  if (Buffer.byteLength(path) <= NAME_BYTES) return { before: '', name: path };
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
    const [before, name] = [path.slice(0, at), path.slice(at + 1)];
    if (Buffer.byteLength(before) <= BEFORE_BYTES && Buffer.byteLength(name) <= NAME_BYTES) return { before, name };
  }
  throw new FleetError('op.failed', `the path ${JSON.stringify(path)} is too long for an archive`);
}
