/** Files of appliances, right ones and such as do harm, made here byte by byte. */
import { createHash } from 'node:crypto';
import { crc32, deflateRawSync, deflateSync } from 'node:zlib';

const BLOCK = 512;
const SECTOR = 512;

export interface TarEntry {
  readonly name: string;
  readonly bytes?: Uint8Array;
  /** The type flag; a file otherwise. */
  readonly kind?: string;
}

/** A tar with whatever it is told, right or not. */
export function tarOf(entries: readonly TarEntry[], isEnded = true): Buffer {
  const parts = entries.flatMap(({ name, bytes = Buffer.alloc(0), kind = '0' }) => {
    const header = Buffer.alloc(BLOCK);
    header.write(name, 0, 'utf8');
    header.write('0000644\0', 100, 'latin1');
    header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
    header.write(`        ${kind}`, 148, 'latin1');
    header.write('/etc/passwd', 157, 'latin1');
    header.write('ustar\u000000', 257, 'latin1');
    const sum = header.reduce((all, byte) => all + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    return [header, bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)];
  });
  return Buffer.concat([...parts, ...(isEnded ? [Buffer.alloc(2 * BLOCK)] : [])]);
}

export interface ZipEntry {
  readonly name: string;
  readonly bytes: Buffer;
  /** Mode of a file on Unix, with its type. */
  readonly mode?: number;
  /** What it says that it unpacks to; the truth otherwise. */
  readonly says?: number;
}

/** A zip of one deflated file. */
export function zipOf({ name, bytes, mode = 0o100644, says = bytes.length }: ZipEntry): Buffer {
  const packed = deflateRawSync(bytes);
  const path = Buffer.from(name);
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(8, 8);
  local.writeUInt16LE(path.length, 26);
  const listed = Buffer.alloc(46);
  listed.writeUInt32LE(0x02014b50, 0);
  listed[5] = 3;
  listed.writeUInt16LE(8, 10);
  listed.writeUInt32LE(crc32(bytes), 16);
  listed.writeUInt32LE(packed.length, 20);
  listed.writeUInt32LE(says, 24);
  listed.writeUInt16LE(path.length, 28);
  listed.writeUInt32LE((mode << 16) >>> 0, 38);
  const start = local.length + path.length + packed.length;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(listed.length + path.length, 12);
  end.writeUInt32LE(start, 16);
  return Buffer.concat([local, path, packed, listed, path, end]);
}

/** A raw disk, with zeros in the middle. */
export function diskOf(size: number): Buffer {
  const disk = Buffer.alloc(size);
  for (let at = 0; at < size / 4; at += 4) disk.writeUInt32LE(Math.imul(at + 1, 2_654_435_761) >>> 0, at);
  disk.write('the end', size - SECTOR, 'latin1');
  return disk;
}

/** The header of a qcow2 of 1 MiB, version 3, and no more. */
export function qcow2Head({ backing = 0n, features = 0 } = {}): Buffer {
  const head = Buffer.alloc(65_536);
  head.writeUInt32BE(0x514649fb, 0);
  head.writeUInt32BE(3, 4);
  head.writeBigUInt64BE(backing, 8);
  head.writeBigUInt64BE(1_048_576n, 24);
  head.writeUInt32BE(features, 76);
  return head;
}

/** What a guest sees of a qcow2 without snapshots and compression. */
export function rawOfQcow2(file: Buffer): Buffer {
  const number = (at: number) => Number(file.readBigUInt64BE(at) & ((1n << 56n) - 1n));
  const cluster = 2 ** file.readUInt32BE(20);
  const raw = Buffer.alloc(number(24));
  const entries = cluster / 8;
  for (let at = 0; at < raw.length; at += cluster) {
    const index = at / cluster;
    const table = number(number(40) + Math.floor(index / entries) * 8);
    const place = table === 0 ? 0 : number(table + (index % entries) * 8);
    if (place !== 0) file.copy(raw, at, place, place + Math.min(cluster, raw.length - at));
  }
  return raw;
}

const GRAIN = 128;

/** A stream-optimized VMDK, as `ovftool` and `qemu-img convert -o subformat=streamOptimized` write it, in its least form. */
export function vmdkOf(disk: Buffer): Buffer {
  const header = Buffer.alloc(SECTOR);
  header.write('KDMV', 0, 'latin1');
  header.writeUInt32LE(3, 4);
  header.writeUInt32LE((1 << 16) | (1 << 17) | 1, 8);
  header.writeBigUInt64LE(BigInt(disk.length / SECTOR), 12);
  header.writeBigUInt64LE(BigInt(GRAIN), 20);
  header.writeBigUInt64LE(1n, 64);
  header.writeUInt16LE(1, 77);
  const grains: Buffer[] = [];
  for (let at = 0; at < disk.length; at += GRAIN * SECTOR) {
    const grain = disk.subarray(at, at + GRAIN * SECTOR);
    if (grain.every((byte) => byte === 0)) continue;
    const packed = deflateSync(grain);
    const marker = Buffer.alloc(12);
    marker.writeBigUInt64LE(BigInt(at / SECTOR), 0);
    marker.writeUInt32LE(packed.length, 8);
    const length = 12 + packed.length;
    grains.push(marker, packed, Buffer.alloc((SECTOR - (length % SECTOR)) % SECTOR));
  }
  return Buffer.concat([header, ...grains, Buffer.alloc(SECTOR)]);
}

export interface OvaParts {
  readonly disks: readonly Buffer[];
  /** The digest that the manifest has of the first disk; the right one otherwise. */
  readonly digest?: string;
  /** Where the hardware has each disk on its controller; it names none otherwise. */
  readonly places?: readonly number[];
  /** What the hardware has at these places: disk0, disk1 … in their order otherwise. */
  readonly attaches?: readonly string[];
}

export function ovaOf({ disks, digest, places = [], attaches = [] }: OvaParts): Buffer {
  const files = disks.map((bytes, at) => ({ name: `shop-disk${at + 1}.vmdk`, bytes }));
  const references = files.map(({ name }, at) => `<File ovf:id="file${at}" ovf:href="${name}"/>`).join('');
  const listed = files.map((_, at) => `<Disk ovf:diskId="disk${at}" ovf:fileRef="file${at}"/>`).join('');
  const attached = places.map(
    (place, at) =>
      `<Item><AddressOnParent>${place}</AddressOnParent><HostResource>ovf:/disk/${attaches[at] ?? `disk${at}`}</HostResource><InstanceID>${at + 9}</InstanceID><Parent>5</Parent><ResourceType>17</ResourceType></Item>`,
  );
  const descriptor = Buffer.from(`<?xml version="1.0"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1">
<References>${references}</References><DiskSection><Info>disks</Info>${listed}</DiskSection>
<VirtualSystem ovf:id="shop"><OperatingSystemSection ovf:id="96"><Description>Debian 12</Description></OperatingSystemSection>
<VirtualHardwareSection><Item><ResourceType>3</ResourceType><VirtualQuantity>4</VirtualQuantity></Item>
<Item><AllocationUnits>byte * 2^20</AllocationUnits><ResourceType>4</ResourceType><VirtualQuantity>768</VirtualQuantity></Item>
<Item><InstanceID>5</InstanceID><ResourceType>6</ResourceType></Item>${attached.join('')}
</VirtualHardwareSection></VirtualSystem></Envelope>`);
  const found = createHash('sha256')
    .update(disks[0] ?? '')
    .digest('hex');
  const manifest = Buffer.from(`SHA256(shop-disk1.vmdk)= ${digest ?? found}\n`);
  return tarOf([{ name: 'shop.ovf', bytes: descriptor }, { name: 'shop.mf', bytes: manifest }, ...files]);
}

const MIB = 1024 ** 2;

/** XenServer's: a file for each MiB that has something, and always the last. */
export function xvaOf(disk: Buffer, isDamaged = false): Buffer {
  const entries: TarEntry[] = [{ name: 'ova.xml', bytes: Buffer.from('<value/>') }];
  for (let at = 0; at < disk.length; at += MIB) {
    const bytes = disk.subarray(at, at + MIB);
    if (at + MIB < disk.length && bytes.every((byte) => byte === 0)) continue;
    const name = `Ref:7/${String(at / MIB).padStart(8, '0')}`;
    const sum = createHash('sha1')
      .update(isDamaged ? 'other' : bytes)
      .digest('hex');
    entries.push({ name, bytes }, { name: `${name}.checksum`, bytes: Buffer.from(sum) });
  }
  return tarOf(entries);
}
