import { FleetError } from '../errors.ts';
import { endpointOf } from '../ids.ts';
import type { Disk, Nic, Snapshot, Vm, VmAddress, VmInfo } from '../platforms/contract.ts';
import type { Fleet } from '../state/fleet/fleet.ts';
import { categoryOf, GENERAL, sectionOf } from '../state/fleet/info-categories.ts';
import { instant, vmRow } from '../state/fleet/object-rows.ts';
import { clean } from '../terminal/width.ts';
import { bytes, spellBytes } from '../units.ts';
import { type Command, EXIT } from './command.ts';
import { findVms } from './find.ts';
import { CATEGORY, type CategorizedDetails, onlyCategory } from './info-category.ts';
import { FIELDS, onlyFields, VALUES } from './only-fields.ts';
import { printDetails } from './print-details.ts';

export const vmInfoCommand: Command = {
  noun: 'vm',
  verb: 'info',
  help: 'Show what a VM is and has.',
  takes: 'NAME…',
  flags: () => [FIELDS, VALUES, CATEGORY],
  async run(context, { words, values }) {
    const { app, signal } = context;
    const fields = values[FIELDS.key] === undefined ? undefined : String(values[FIELDS.key]);
    const category = values[CATEGORY.key] === undefined ? undefined : String(values[CATEGORY.key]);
    if (fields !== undefined && category !== undefined)
      throw new FleetError('usage', '--fields and --category both say what to show: choose one of them');
    const found: CategorizedDetails[] = [];
    for (const vm of await findVms(words, context)) {
      const connection = app.sessions.connection(endpointOf(vm.id));
      if (!connection) throw new FleetError('host.unreachable', `${endpointOf(vm.id)} is not connected`);
      const info = await connection.vm.info(vm.id, signal);
      found.push(detailsOf(withDevices({ ...vm, ...info.row }, info), info, app.store.fleet));
    }
    const all = onlyCategory(found, category).map((details) => onlyFields(details, fields));
    const empty =
      context.format === 'table' && category !== undefined ? all.filter(({ lines }) => lines.length === 0) : [];
    for (const { name } of empty) context.say(clean(`${name} has nothing about ${category}`));
    if (values[VALUES.key] === true && context.format === 'table')
      for (const { lines } of all) for (const [, text] of lines) await context.printer.print(clean(text));
    else
      await printDetails(
        all.filter((one) => !empty.includes(one)),
        context,
      );
    return EXIT.done;
  },
};

/**
 * What lists don't know of its disks and cards on every platform is counted here, where all of them were read. An empty list may be
 * one that the platform did not tell: whether it has none, the row knows.
 */
function withDevices(vm: Vm, { disks, nics, row }: VmInfo): Vm {
  const own = disks.filter(({ type }) => type === 'disk');
  const sum = disks.length === 0 ? Number.NaN : own.reduce((all, { size = Number.NaN }) => all + size, 0);
  return {
    ...vm,
    ...(Number.isFinite(sum) && { storage: vm.storage ?? bytes(sum) }),
    ...(disks.length > 0 && { diskCount: row?.diskCount ?? own.length }),
    ...(nics.length > 0 && { nicCount: nics.length }),
  };
}

/** The keys of `vm list`, and what only the details have: the schema `vm info`. */
function detailsOf(vm: Vm, info: VmInfo, fleet: Fleet): CategorizedDetails {
  const row = vmRow(vm, fleet);
  const value = {
    ...row,
    created: instant(info.created),
    started: instant(info.started),
    description: info.description,
    maxCpus: info.maxCpus,
    maxMemory: info.maxMemory,
    pending: vm.pending ?? [],
    addresses: (info.addresses ?? []).map(({ address, source, mac }) => ({ address, source, mac })),
    disks: info.disks.map(diskOf),
    nics: info.nics.map(nicOf),
    snapshots: info.snapshots.map(snapshotOf),
    more: info.more.map((line) => ({ label: line[0], value: line[1], section: sectionOf(line) ?? GENERAL })),
  };
  return { value, name: vm.id, lines: linesOf(row, info, vm.pending) };
}

const diskOf = ({ device, path, size, type, format, bus, storage, readOnly, shareable }: Disk) => ({
  device,
  path,
  size,
  type,
  format,
  bus,
  storage,
  readOnly,
  shareable,
});

const nicOf = ({ device, mac, net, vlan, type, ips = [], mask, gateway }: Nic) => ({
  device,
  mac,
  net,
  vlan,
  type,
  ips,
  mask,
  gateway,
});

const snapshotOf = ({ id, name, parent, created, current, memory, external, description }: Snapshot) => ({
  id,
  name,
  parent,
  created: instant(created),
  current,
  memory,
  external,
  description,
});

type Line = readonly [label: string, text: string | undefined, category?: string];

/** The order and most of the words of kcli, F-323 and F-324; sizes with their unit. */
function linesOf(row: ReturnType<typeof vmRow>, info: VmInfo, pending: Vm['pending']): CategorizedDetails['lines'] {
  const lines: readonly Line[] = [
    ['name', row.name],
    ['id', row.id],
    ['uuid', row.uuid],
    ['creationdate', instant(info.created)],
    ['host', row.node],
    ['pool', row.pool],
    ['endpoint', row.endpoint],
    ['status', row.rawState === row.state ? row.state : `${row.state} (${row.rawState})`],
    ['running since', instant(info.started)],
    ['error', row.error],
    ['stale since', row.staleSince],
    ['description', info.description],
    ['autostart', yesOrNo(row.autostart)],
    ['image', row.image],
    ['plan', row.plan],
    ['profile', row.profile],
    ['tags', row.tags.join(' ')],
    ['numcpus', String(row.cpus)],
    ['max cpus', info.maxCpus === row.cpus ? undefined : info.maxCpus?.toString()],
    ['memory', spellBytes(row.memory)],
    [
      'max memory',
      info.maxMemory === undefined || info.maxMemory === row.memory ? undefined : spellBytes(info.maxMemory),
    ],
    ['at next start', pending?.join(', ')],
    ...info.nics.map(nicLine),
    ['ip', row.ips[0]],
    ['ips', row.ips.length > 1 ? row.ips.join(' ') : undefined],
    ...(info.addresses ?? []).map(addressLine),
    ...info.disks.map(diskLine),
    ['storage', storageLine(row)],
    ...info.snapshots.map((snapshot) => snapshotLine(snapshot, info.snapshots)),
    ...info.more.map((line): Line => [line[0], line[1], sectionOf(line) ?? GENERAL]),
  ];
  return lines.flatMap(([label, text, category = categoryOf(label)]) =>
    text === undefined || text === '' ? [] : [[label, text, category] as const],
  );
}

const yesOrNo = (value: boolean | undefined): string | undefined =>
  value === undefined ? undefined : value ? 'yes' : 'no';

/** `key: value` for each that is known. */
const pairs = (parts: readonly Line[]): string =>
  parts.flatMap(([key, value]) => (value === undefined || value === '' ? [] : `${key}: ${value}`)).join(' ');

const nicLine = ({ device, mac, net, vlan, type, ips = [], mask, gateway }: Nic): Line => [
  'net interface',
  `${device} ${pairs([
    ['mac', mac],
    ['net', net],
    ['vlan', vlan?.toString()],
    ['type', type],
    ['ips', ips.join(' ')],
    ['mask', mask],
    ['gateway', gateway],
  ])}`,
];

const addressLine = ({ address, source, mac }: VmAddress): Line => [
  'address',
  `${address} ${pairs([
    ['source', source],
    ['mac', mac],
  ])}`,
];

const diskLine = (disk: Disk): Line => [
  'diskname',
  `${disk.device} ${pairs([
    ['disksize', disk.size === undefined ? '-' : spellBytes(disk.size)],
    ['type', disk.type],
    ['diskformat', disk.format],
    ['bus', disk.bus],
    ['storage', disk.storage],
    ['path', disk.path],
    ['readonly', disk.readOnly ? 'yes' : undefined],
    ['shareable', disk.shareable ? 'yes' : undefined],
  ])}`,
];

/** Where its disks are, as far as that is known of all of them. */
const storageLine = ({ sharedStorage, localStorage }: ReturnType<typeof vmRow>): string | undefined =>
  sharedStorage === undefined || localStorage === undefined
    ? undefined
    : `${spellBytes(sharedStorage)} shared, ${spellBytes(bytes(localStorage))} local`;

const snapshotLine = ({ name, current, parent, created, memory }: Snapshot, all: readonly Snapshot[]): Line => [
  'snapshot',
  `${name} ${pairs([
    ['current', current ? 'yes' : 'no'],
    ['parent', all.find(({ id }) => id === parent)?.name],
    ['created', instant(created)],
    ['memory', yesOrNo(memory)],
  ])}`,
];
