/** What a disk is, by how it begins. What its maker calls it counts for nothing. */
import { TAR_BLOCK } from '../../tar-header.ts';
import { type Bytes, bytes } from '../../units.ts';
import { bytesIn, type Piece, refused } from './piece.ts';

export type DiskFormat = 'qcow2' | 'raw' | 'iso' | 'vmdk';

const QCOW2 = 0x514649fb;
/** QEMU's docs/interop/qcow2.txt. */
const [VERSION_AT, BACKING_AT, SIZE_AT, FEATURES_AT, DATA_FILE] = [4, 8, 24, 72, 4];
const VMDK = 'KDMV';
const ISO_AT = 32_769;
const SECTOR = 512;
/** Beginnings of other formats of disks, which a host would take for raw, or read with files that its maker has named. */
const OTHERS: readonly (readonly [start: string, name: string])[] = [
  ['# Disk DescriptorFile', 'a descriptor of VMware, which names its files itself'],
  ['COWD', 'an old disk of VMware ESX'],
  ['conectix', 'a disk of Virtual PC (VHD)'],
  ['vhdxfile', 'a disk of Hyper-V (VHDX)'],
  ['<<< ', 'a disk of VirtualBox (VDI)'],
  ['QED\0', 'a QED'],
];

/** Rejects with op.refused for what is no disk, or no whole one: the rest would be read from files of the host that its maker names. */
export async function diskFormatOf(disk: Piece): Promise<DiskFormat> {
  const start = await bytesIn(disk, 0, TAR_BLOCK);
  if (start.length < SECTOR) throw refused(disk.name, 'is no disk: it is smaller than a sector');
  if (start.readUInt32BE(0) === QCOW2) {
    refuseParts(disk, start);
    return 'qcow2';
  }
  if (start.toString('latin1', 0, 4) === VMDK) return 'vmdk';
  const other = OTHERS.find(([begins]) => start.toString('latin1', 0, begins.length) === begins);
  if (other) throw refused(disk.name, `is ${other[1]}, which drover does not import`);
  if ((await bytesIn(disk, ISO_AT, 5)).toString('latin1') === 'CD001') return 'iso';
  if (disk.size % SECTOR !== 0 || /^\s*</.test(start.toString('latin1', 0, 64)))
    throw refused(disk.name, 'is no disk, and no archive that drover knows');
  return 'raw';
}

function refuseParts(disk: Piece, start: Buffer): void {
  const version = start.readUInt32BE(VERSION_AT);
  if (version !== 2 && version !== 3) throw refused(disk.name, `is a qcow2 of version ${version}`);
  if (start.readBigUInt64BE(BACKING_AT) !== 0n)
    throw refused(disk.name, 'is only a layer on another image, which it names as a file of the host');
  if (version === 3 && (start.readUInt32BE(FEATURES_AT + 4) & DATA_FILE) !== 0)
    throw refused(disk.name, 'has its data in another file, which it names as a file of the host');
  if (start.readBigUInt64BE(SIZE_AT) === 0n) throw refused(disk.name, 'is an empty disk');
}

/** What a guest sees of a disk. */
export async function capacityOf(disk: Piece, format: 'qcow2' | 'raw' | 'iso'): Promise<Bytes> {
  if (format !== 'qcow2') return bytes(disk.size);
  const capacity = Number((await bytesIn(disk, SIZE_AT, 8)).readBigUInt64BE(0));
  if (!Number.isSafeInteger(capacity)) throw refused(disk.name, 'is larger than any disk');
  return bytes(capacity);
}
