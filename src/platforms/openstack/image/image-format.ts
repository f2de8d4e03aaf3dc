/** What a file is, by its first bytes. What Glance is told, it believes: a name that lies would make servers that don't boot. */
import { FleetError } from '../../../errors.ts';
import type { Source } from '../../contract.ts';
import { readPart } from '../../lib/file-parts.ts';

/** A volume descriptor of ISO 9660 begins here (ECMA-119 §6.2.1). */
const ISO_AT = 32_768;
const ISO = 'CD001';

/** Offset, bytes, disk_format of Glance. */
const FORMATS: readonly (readonly [number, Buffer, string])[] = [
  [0, Buffer.from('QFI\xfb', 'latin1'), 'qcow2'],
  [0, Buffer.from('KDMV'), 'vmdk'],
  [0, Buffer.from('vhdxfile'), 'vhdx'],
  [0, Buffer.from('conectix'), 'vhd'],
  [64, Buffer.from([0x7f, 0x10, 0xda, 0xbe]), 'vdi'],
];
const PACKED: readonly (readonly [Buffer, string])[] = [
  [Buffer.from([0x1f, 0x8b]), 'gzip'],
  [Buffer.from('\xfd7zXZ\0', 'latin1'), 'xz'],
  [Buffer.from('BZh'), 'bzip2'],
  [Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), 'zstd'],
];

const begins = (head: Buffer, at: number, mark: Buffer): boolean => head.subarray(at, at + mark.length).equals(mark);

/** `qcow2`, `iso`, …; `raw` for what has no mark. Throws op.refused for what is packed, or empty. */
export async function formatOfFile(source: Source): Promise<string> {
  const { name, size } = source;
  const head = await readPart(source, 0, Math.min(size, 512));
  if (head.length === 0) throw new FleetError('op.refused', `${name} is empty`);
  const packed = PACKED.find(([mark]) => begins(head, 0, mark));
  if (packed)
    throw new FleetError('op.refused', `${name} is packed (${packed[1]}), which Glance would keep as it is`, {
      fix: 'unpack it first',
    });
  const known = FORMATS.find(([at, mark]) => begins(head, at, mark));
  if (known) return known[2];
  if (size <= ISO_AT + 6) return 'raw';
  return begins(await readPart(source, ISO_AT + 1, ISO.length), 0, Buffer.from(ISO)) ? 'iso' : 'raw';
}
