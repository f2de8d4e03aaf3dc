/**
 * What an appliance (OVA) in a storage is: GET /nodes/{node}/storage/{storage}/import-metadata (8.3 and later), which reads its OVF
 * (get_import_metadata of PVE::Storage::DirPlugin, PVE::GuestImport::OVF).
 */
import { FleetError } from '../../../errors.ts';
import { type Bytes, mib } from '../../../units.ts';
import { asRow, type Row, textOf } from '../../lib/json.ts';
import type { ListContext } from '../catalog.ts';
import { contentPath, type Entry } from '../contents.ts';
import { numberOf } from '../json.ts';

export interface OvaDisk {
  /** Where the appliance has it: `scsi0`. */
  readonly device: string;
  /** What it is imported from: `nas:import/shop.ova/disk1.vmdk`. */
  readonly volid: string;
}

export interface Ova {
  /** The one that it starts from first. At least one. */
  readonly disks: readonly OvaDisk[];
  /** Models of its NICs, in their order. */
  readonly nics: readonly string[];
  /** What it asks for; undefined where its OVF does not say. */
  readonly memory: Bytes | undefined;
  readonly vcpus: number | undefined;
  /** `l26`, `win10`. */
  readonly guest: string | undefined;
  readonly isUefi: boolean;
  readonly controller: string | undefined;
}

/** The server gives up after 30 s. */
const READ_MS = 35_000;
const DISK = /^(?:ide|sata|scsi|virtio)\d+$/;

/** Rejects with op.unsupported for a server that reads none, op.refused for one without disks that can be imported. */
export async function readOva({ api }: ListContext, entry: Entry, signal: AbortSignal): Promise<Ova> {
  const { storage, volid, name, node } = entry;
  const path = `${contentPath(node, storage.name)}/import-metadata`;
  // without its storage: `import/shop.ova`
  const query = { volume: volid.slice(storage.name.length + 1) };
  const answer = asRow(await api.get(path, { signal, subject: name, query, deadlineMs: READ_MS }), name);
  const args = rowIn(answer, 'create-args');
  const order = /^order=(.*)$/.exec(textOf(args, 'boot') ?? '')?.[1]?.split(';') ?? [];
  const disks = Object.entries(rowIn(answer, 'disks')).flatMap(([device, told]) => {
    const from = typeof told === 'string' ? told : textOf(asRow(typeof told === 'object' ? told : {}, name), 'volid');
    return DISK.test(device) && from !== undefined ? [{ device, volid: ownDisk(entry, from) }] : [];
  });
  if (disks.length === 0) throw new FleetError('op.refused', `${name} has no disk that Proxmox VE can import`);
  const memory = numberOf(args, 'memory');
  return {
    disks: disks.toSorted((a, b) => placeIn(order, a) - placeIn(order, b) || byNumber.compare(a.device, b.device)),
    nics: Object.entries(rowIn(answer, 'net'))
      .toSorted(([a], [b]) => byNumber.compare(a, b))
      .map(([, nic]) => textOf(asRow(nic, name), 'model') ?? ''),
    memory: memory ? mib(memory) : undefined,
    vcpus: numberOf(args, 'cores') || undefined,
    guest: textOf(args, 'ostype'),
    isUefi: args['bios'] === 'ovmf',
    controller: textOf(args, 'scsihw'),
  };
}

const byNumber = new Intl.Collator('en', { numeric: true });
const placeIn = (order: readonly string[], { device }: OvaDisk): number =>
  order.includes(device) ? order.indexOf(device) : order.length;

const rowIn = (row: Row, key: string): Row => (row[key] === undefined ? {} : asRow(row[key], key));

/** The OVF was written by anybody: what it names must lie in the appliance itself, and be no other word of a setting. */
function ownDisk({ volid, name }: Entry, from: string): string {
  const inside = from.slice(volid.length + 1);
  if (from.startsWith(`${volid}/`) && /^[^,/]+$/.test(inside) && !/^\.*$/.test(inside)) return from;
  throw new FleetError('op.refused', `${name} names a disk that does not lie in it: ${JSON.stringify(from)}`);
}
