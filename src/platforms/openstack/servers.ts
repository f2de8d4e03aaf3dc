/** A server as nova tells it (API reference of Compute: GET /servers/detail, GET /servers/{id}). */
import { FleetError } from '../../errors.ts';
import { type Bytes, bytes, mib } from '../../units.ts';
import { type Row, sizeFrom, textOf } from '../lib/json.ts';
import { numberOf, rowIn, rowsIn, textsIn, timeOf } from './json.ts';
import type { RawState } from './states.ts';

export interface Address {
  readonly network: string;
  readonly ip: string;
  readonly mac: string | undefined;
  readonly floating: boolean;
}

export interface Flavor {
  readonly name: string;
  readonly vcpus: number;
  readonly memory: Bytes;
  /** 0: as large as the image says, or the disk is a volume. */
  readonly rootDisk: Bytes;
  readonly ephemeralDisk: Bytes;
  readonly swap: Bytes;
}

export interface Server extends RawState {
  readonly id: string;
  readonly name: string;
  readonly project: string;
  readonly flavor: Flavor | undefined;
  /** Undefined for one that boots from a volume. */
  readonly imageId: string | undefined;
  readonly addresses: readonly Address[];
  readonly zone: string | undefined;
  /** Told to administrators only. */
  readonly hypervisor: string | undefined;
  readonly locked: boolean;
  readonly lockedReason: string | undefined;
  readonly fault: { readonly message: string; readonly at: number | undefined } | undefined;
  readonly tags: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly description: string;
  /** `deleted`: with the server; undefined when nova does not say. */
  readonly volumes: readonly { readonly id: string; readonly deleted: boolean | undefined }[];
  readonly keyName: string | undefined;
  readonly createdAt: number | undefined;
  /** Epoch, ms, of the cloud's clock. */
  readonly updatedAt: number | undefined;
  /** Its cell does not answer: all that is known is that it is there. */
  readonly partial: boolean;
}

/** Throws host.protocol for what is no server at all; whatever else is missing is left open. */
export function readServer(row: Row): Server {
  const id = textOf(row, 'id');
  if (id === undefined) throw new FleetError('host.protocol', 'Nova sent a server without an id');
  const status = textOf(row, 'status') ?? 'UNKNOWN';
  const fault = rowIn(row, 'fault');
  const message = textOf(fault, 'message');
  return {
    id,
    name: textOf(row, 'name') ?? id,
    project: textOf(row, 'tenant_id') ?? '',
    status,
    vmState: textOf(row, 'OS-EXT-STS:vm_state'),
    taskState: textOf(row, 'OS-EXT-STS:task_state'),
    powerState: numberOf(row, 'OS-EXT-STS:power_state'),
    flavor: readFlavor(rowIn(row, 'flavor')),
    imageId: textOf(rowIn(row, 'image'), 'id'),
    addresses: readAddresses(rowIn(row, 'addresses')),
    zone: textOf(row, 'OS-EXT-AZ:availability_zone'),
    hypervisor: textOf(row, 'OS-EXT-SRV-ATTR:hypervisor_hostname'),
    locked: row['locked'] === true,
    lockedReason: textOf(row, 'locked_reason'),
    fault: message === undefined ? undefined : { message, at: timeOf(fault, 'created') },
    tags: textsIn(row, 'tags'),
    metadata: textsOf(rowIn(row, 'metadata')),
    description: textOf(row, 'description') ?? '',
    volumes: rowsIn(row, 'os-extended-volumes:volumes_attached').flatMap((volume) => {
      const volumeId = textOf(volume, 'id');
      const deleted = volume['delete_on_termination'];
      return volumeId === undefined
        ? []
        : [{ id: volumeId, deleted: typeof deleted === 'boolean' ? deleted : undefined }];
    }),
    keyName: textOf(row, 'key_name'),
    createdAt: timeOf(row, 'created'),
    updatedAt: timeOf(row, 'updated'),
    partial: status === 'UNKNOWN' && textOf(row, 'name') === undefined,
  };
}

const textsOf = (row: Row): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.keys(row).map((key) => [key, textOf(row, key) ?? '']));

function readFlavor(row: Row): Flavor | undefined {
  const [vcpus, memory] = [numberOf(row, 'vcpus'), numberOf(row, 'ram')];
  if (vcpus === undefined || memory === undefined) return undefined;
  return {
    name: textOf(row, 'original_name') ?? '',
    vcpus,
    memory: size(memory, MIB),
    rootDisk: size(numberOf(row, 'disk'), GIB),
    ephemeralDisk: size(numberOf(row, 'ephemeral'), GIB),
    swap: size(numberOf(row, 'swap'), MIB),
  };
}

const MIB = mib(1);
const GIB = mib(1024);

/** Zero for what is missing or absurd: a row must not be lost for it. */
const size = (count: number | undefined, unit: Bytes): Bytes => sizeFrom(count, unit) || bytes(0);

/** Those that are reached from elsewhere first. */
function readAddresses(row: Row): readonly Address[] {
  const addresses = Object.keys(row).flatMap((network) =>
    rowsIn(row, network).flatMap((entry): Address[] => {
      const ip = textOf(entry, 'addr');
      if (ip === undefined) return [];
      const floating = textOf(entry, 'OS-EXT-IPS:type') === 'floating';
      return [{ network, ip, mac: textOf(entry, 'OS-EXT-IPS-MAC:mac_addr'), floating }];
    }),
  );
  return addresses.toSorted((a, b) => Number(b.floating) - Number(a.floating));
}
