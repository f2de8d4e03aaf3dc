/** The descriptor of an OVA (DMTF DSP0243): which files are its disks, and what a VM of it needs. */
import { createHash } from 'node:crypto';
import { plainLine } from '../../platforms/transport/http/wire.ts';
import {
  attribute,
  child,
  childrenOf,
  readXml,
  textAt,
  type XmlElement,
  XmlError,
} from '../../platforms/transport/xml.ts';
import { type Bytes, bytes } from '../../units.ts';
import { bytesIn, type Piece, piecesIn, refused } from './piece.ts';

export interface Described {
  /** In the order in which they are attached. */
  readonly disks: readonly Piece[];
  readonly memory?: Bytes;
  readonly cpus?: number;
  readonly os?: string;
}

/** Descriptors and manifests of the largest appliances are far below. */
const LARGEST_TEXT = 4 * 1024 ** 2;
/** ResourceType of CIM_ResourceAllocationSettingData. */
const [CPU, MEMORY, DISK] = ['3', '4', '17'];
const MOST_CPUS = 512;
const MOST_DISKS = 64;
const MOST_MEMORY_MIB = 4 * 1024 ** 2;

/** Rejects with op.refused for what is no descriptor, and for files that are not there or not what the manifest says. */
export async function describedBy(descriptor: Piece, files: readonly Piece[], signal: AbortSignal): Promise<Described> {
  const envelope = await readXml(await textOf(descriptor), { signal }).catch((error: unknown) => {
    throw error instanceof XmlError ? refused(descriptor.name, `is no descriptor: ${error.message}`) : error;
  });
  const folder = descriptor.name.slice(0, descriptor.name.lastIndexOf('/') + 1);
  const system = child(envelope, 'VirtualSystem');
  if (!system) throw refused(descriptor.name, 'describes no VM, or several');
  const byId = new Map(
    childrenOf(child(envelope, 'References'), 'File').map((file) => [ovf(file, 'id'), ovf(file, 'href') ?? '']),
  );
  const listed = childrenOf(child(envelope, 'DiskSection'), 'Disk');
  const attached = asAttached(descriptor, listed, system);
  if (attached.length > MOST_DISKS || new Set(attached).size < attached.length)
    throw refused(descriptor.name, `attaches a disk twice, or more than ${MOST_DISKS} disks`);
  const disks = attached.map((disk) => {
    const href = byId.get(ovf(disk, 'fileRef'));
    const found = href === undefined ? undefined : files.find(({ name }) => name === `${folder}${href}`);
    if (found) return found;
    throw refused(descriptor.name, `names a disk that is not in the archive: ${plainLine(href ?? 'an empty one', 80)}`);
  });
  await refuseOthers([descriptor, ...disks], folder, files, signal);
  const os = child(system, 'OperatingSystemSection');
  const said = plainLine(textAt(os, 'Description') ?? '', 60);
  return { disks, ...hardwareOf(system), ...(said !== '' && { os: said }) };
}

/**
 * The disks that its hardware has, by their controllers and their places on these. Where the hardware names none, it has all that
 * are listed. Throws op.refused for hardware that names a disk which is not listed.
 */
function asAttached(descriptor: Piece, listed: readonly XmlElement[], system: XmlElement): readonly XmlElement[] {
  const items = itemsOf(system);
  const controllers = items.map((item) => textAt(item, 'InstanceID')?.trim());
  const attached = items.flatMap((item) => {
    const [, id] = /^(?:ovf:)?\/disk\/(.+)$/.exec(textAt(item, 'HostResource')?.trim() ?? '') ?? [];
    if (id === undefined || textAt(item, 'ResourceType')?.trim() !== DISK) return [];
    const disk = listed.find((one) => ovf(one, 'diskId') === id);
    if (!disk) throw refused(descriptor.name, `attaches a disk that it does not list: ${plainLine(id, 80)}`);
    const controller = controllers.indexOf(textAt(item, 'Parent')?.trim());
    return [{ disk, controller, place: Number(textAt(item, 'AddressOnParent') ?? 0) }];
  });
  if (attached.length === 0) return listed;
  return attached.toSorted((a, b) => a.controller - b.controller || a.place - b.place).map(({ disk }) => disk);
}

const itemsOf = (system: XmlElement): readonly XmlElement[] =>
  (child(system, 'VirtualHardwareSection')?.children ?? []).filter(({ name }) => /^(Storage)?Item$/.test(name));

/** Attributes carry the prefix that the file has chosen. */
function ovf(element: XmlElement, name: string): string | undefined {
  const key = Object.keys(element.attributes).find((one) => one === name || one.endsWith(`:${name}`));
  return key === undefined ? undefined : attribute(element, key);
}

function hardwareOf(system: XmlElement): Pick<Described, 'memory' | 'cpus'> {
  const items = itemsOf(system);
  const quantity = (type: string) => {
    const item = items.find((one) => textAt(one, 'ResourceType')?.trim() === type);
    const count = Number(textAt(item, 'VirtualQuantity'));
    return { count, units: textAt(item, 'AllocationUnits') ?? '' };
  };
  const [cpu, memory] = [quantity(CPU), quantity(MEMORY)];
  const mebibytes = /gb|giga|2\^30/i.test(memory.units) ? memory.count * 1024 : memory.count;
  return {
    ...(Number.isInteger(cpu.count) && cpu.count > 0 && cpu.count <= MOST_CPUS && { cpus: cpu.count }),
    ...(Number.isInteger(mebibytes) &&
      mebibytes > 0 &&
      mebibytes <= MOST_MEMORY_MIB && { memory: bytes(mebibytes * 1024 ** 2) }),
  };
}

const textOf = async (piece: Piece): Promise<string> => {
  if (piece.size > LARGEST_TEXT) throw refused(piece.name, 'is larger than any descriptor');
  return (await bytesIn(piece, 0, piece.size)).toString('utf8');
};

/** `SHA256(disk1.vmdk)= 01ab…`, a line each, in a file beside the descriptor. */
async function refuseOthers(
  used: readonly Piece[],
  folder: string,
  files: readonly Piece[],
  signal: AbortSignal,
): Promise<void> {
  const manifest = files.find(({ name }) => name.toLowerCase().endsWith('.mf'));
  const lines = manifest
    ? (await textOf(manifest)).matchAll(/^(sha1|sha256|sha512)\s*\((.+?)\)\s*=\s*([0-9a-f]+)\s*$/gim)
    : [];
  for (const [, algorithm = '', name = '', hex = ''] of lines) {
    const piece = used.find((one) => one.name === `${folder}${name}`);
    if (!piece) continue;
    const hash = createHash(algorithm.toLowerCase());
    for await (const part of piecesIn(piece, signal)) hash.update(part);
    if (hash.digest('hex') !== hex.toLowerCase()) throw refused(piece.name, 'is not what its manifest says');
  }
}
