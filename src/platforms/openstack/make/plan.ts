/** Everything that a new server needs, looked up before anything is made. */
import { FleetError } from '../../../errors.ts';
import type { Warning } from '../../contract.ts';
import { type Row, textOf } from '../../lib/json.ts';
import { type UserData, writeUserData } from '../../lib/seed/seed.ts';
import { refused } from '../../lib/spec-values.ts';
import { unlessRefused } from '../../lib/unless-refused.ts';
import { findOne, pickOne } from '../find.ts';
import { findImage } from '../image/find-image.ts';
import { numberOf } from '../json.ts';
import { type ListedRow, readListed } from '../listed-rows.ts';
import { isAtLeast } from '../microversion.ts';
import { findNetwork } from '../network/find-network.ts';
import { isSeen } from '../network/networks.ts';
import { cinderQuotas, novaQuotas, refuseOverQuota } from '../node/quotas.ts';
import { needed, type Project } from '../project.ts';
import { isNameTaken } from '../server-list.ts';
import { findVolume } from '../volume/cinder.ts';
import { typeNamed } from '../volume/volume-ops.ts';
import type { MakeSpec, WantedNic } from './spec.ts';

export interface MakePlan {
  /** As `POST /servers` takes it. */
  readonly body: Row;
  /** The network that its floating address is of. */
  readonly floatingOf: string | undefined;
  readonly warnings: readonly Warning[];
}

/** Types of new volumes can be told from here on (microversion history, 2.67). */
const TYPED = [2, 67] as const;
/** Of user data, as base64 (nova, api/openstack/compute/schemas/servers.py). */
const MOST_USER_DATA = 65_535;
const MIB = 2 ** 20;

/** Rejects with what stands in the way; nothing is changed here. */
export async function planServer(project: Project, spec: MakeSpec, signal: AbortSignal): Promise<MakePlan> {
  const { cloud, nova } = project;
  if (await isNameTaken(nova, spec.name, signal))
    throw new FleetError('op.conflict', `${cloud.endpoint} has a VM ${spec.name} already`, {
      fix: 'choose another name',
    });
  const image = spec.image === '' ? undefined : await findImage(project.glance, cloud, spec.image, signal);
  const flavor = await flavorFor(project, spec, signal);
  await refuseTooMuch(project, spec, flavor, signal);
  const boot = await bootFrom(project, spec, image, signal);
  const networks = await networksFor(project, spec, signal);
  const group = spec.serverGroup === '' ? undefined : await groupCalled(project, spec.serverGroup, signal);
  const outside = spec.floating === '' ? undefined : (await findNetwork(project, spec.floating, signal)).id;
  const told = await userDataOf(spec, image?.name ?? '');
  const metadata = {
    ...spec.metadata,
    ...kept({ plan: spec.plan, profile: spec.profile, image: image?.name ?? '', user: told?.user ?? '' }),
    ...kept({ domain: spec.guest.network.domain }),
  };
  const server = {
    name: spec.name,
    flavorRef: flavor.id,
    ...boot,
    ...(networks === undefined ? { networks: 'none' } : { networks }),
    ...(spec.securityGroups.length > 0 && { security_groups: spec.securityGroups.map((name) => ({ name })) }),
    ...(spec.keyPair !== '' && { key_name: spec.keyPair }),
    ...(spec.zone !== '' && { availability_zone: spec.zone }),
    ...(spec.description !== '' && { description: spec.description }),
    ...(spec.tags.length > 0 && { tags: spec.tags }),
    ...(told && { user_data: encoded(told) }),
    ...(spec.configDrive && { config_drive: true }),
    metadata,
  };
  const details = [
    networks === undefined && 'the project has no network: the server has no NIC',
    told?.isClosed === true && spec.keyPair === '' && 'neither a key nor a password was given: it lets no user in',
  ];
  return {
    body: { server, ...(group !== undefined && { 'os:scheduler_hints': { group } }) },
    floatingOf: outside,
    warnings: details.flatMap((detail) => (detail ? [{ feature: 'vm.create', detail }] : [])),
  };
}

/** Only those that say something. */
const kept = (words: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(words).filter(([, word]) => word !== ''));

async function userDataOf(spec: MakeSpec, image: string): Promise<UserData | undefined> {
  const { guest, name, metadata, plan, profile } = spec;
  const { seed, network } = guest;
  const facts = { ...metadata, plan, profile };
  return writeUserData({
    ...{ name, seed, network, image },
    macs: [],
    instance: '',
    date: new Date(0),
    metadata: facts,
  });
}

function encoded({ text }: UserData): string {
  const data = Buffer.from(text).toString('base64');
  if (data.length <= MOST_USER_DATA) return data;
  throw refused('what the guest is told is too long: Nova takes 48 KiB', 'let the guest fetch the rest by a command');
}

/** That of this name or id, else the smallest that has as much as was asked for. */
async function flavorFor({ nova, cloud }: Project, spec: MakeSpec, signal: AbortSignal): Promise<ListedRow> {
  const all = await readListed(nova, '/flavors/detail', 'flavors', { subject: `the flavors of ${cloud.name}`, signal });
  if (spec.flavor !== '') return pickOne(all, spec.flavor, cloud, 'flavor');
  const sizeOf = ({ row }: ListedRow) => [numberOf(row, 'ram') ?? 0, numberOf(row, 'vcpus') ?? 0] as const;
  const [smallest] = all
    .filter((one) => {
      const [memory, vcpus] = sizeOf(one);
      return memory * MIB >= spec.memory && vcpus >= spec.vcpus;
    })
    .toSorted((a, b) => sizeOf(a)[0] - sizeOf(b)[0] || sizeOf(a)[1] - sizeOf(b)[1]);
  if (smallest) return smallest;
  throw new FleetError('flavor.not-found', `${cloud.endpoint} has no flavor with as many vCPUs and as much memory`, {
    fix: `choose one of ${all.map(({ name }) => name).join(', ')}`,
  });
}

/** Nova would say it as well, after volumes were made. Who may not read the limits is told by Nova then. */
async function refuseTooMuch(project: Project, spec: MakeSpec, { row }: ListedRow, signal: AbortSignal): Promise<void> {
  const { nova, cinder, cloud } = project;
  const { disks, name } = spec;
  const subject = `the quotas of ${cloud.name}`;
  const quotas = await Promise.all([
    unlessRefused(novaQuotas(nova, subject, signal)),
    disks.length > 0 && cinder ? unlessRefused(cinderQuotas(cinder, subject, signal)) : [],
  ]);
  refuseOverQuota(
    name,
    quotas.flatMap((one) => one ?? []),
    {
      Servers: 1,
      vCPUs: numberOf(row, 'vcpus'),
      Memory: numberOf(row, 'ram'),
      Volumes: disks.length,
      'Volume space': disks.reduce((sum, { size }) => sum + size, 0),
    },
  );
}

/** Nova makes the volumes itself, so that they go with a server that comes to nothing. */
async function bootFrom(
  project: Project,
  spec: MakeSpec,
  image: ListedRow | undefined,
  signal: AbortSignal,
): Promise<Row> {
  const types = await typesOf(project, spec, signal);
  const made = (index: number, from: Row): Row => {
    const disk = spec.disks[index];
    const type = types[index] ?? '';
    return {
      ...from,
      boot_index: index === 0 ? 0 : -1,
      destination_type: 'volume',
      delete_on_termination: true,
      ...(disk && { volume_size: disk.size }),
      ...(type !== '' && { volume_type: type }),
    };
  };
  const blank = { source_type: 'blank' };
  if (image && spec.disks.length === 0) return { imageRef: image.id };
  const first = image
    ? made(0, { source_type: 'image', uuid: image.id })
    : spec.volume === ''
      ? made(0, { source_type: 'snapshot', uuid: await snapshotCalled(project, spec.snapshot, signal) })
      : await existing(project, spec.volume, signal);
  const isOwn = spec.volume !== '';
  const others = spec.disks.slice(isOwn ? 0 : 1).map((_disk, at) => made(isOwn ? at : at + 1, blank));
  return { block_device_mapping_v2: [first, ...others.map((row) => ({ ...row, boot_index: -1 }))] };
}

async function typesOf(project: Project, { disks }: MakeSpec, signal: AbortSignal): Promise<readonly string[]> {
  const asked = disks.map(({ type }) => type);
  if (asked.some(Boolean) && !isAtLeast(project.cloud.version, TYPED))
    throw new FleetError('op.unsupported', 'this Nova is too old to be told a volume type (before 2.67)');
  const names = new Map<string, string>();
  for (const one of new Set(asked.filter(Boolean))) names.set(one, await typeNamed(project, one, signal));
  return asked.map((one) => names.get(one) ?? '');
}

async function existing(project: Project, asked: string, signal: AbortSignal): Promise<Row> {
  const { id, name, status } = await findVolume(project, asked, signal);
  if (status !== 'available')
    throw new FleetError('op.conflict', `the volume ${name} is ${status}`, { fix: 'detach it first' });
  const source = { source_type: 'volume', destination_type: 'volume', boot_index: 0 };
  return { ...source, uuid: id, delete_on_termination: false };
}

async function snapshotCalled({ cinder, cloud }: Project, asked: string, signal: AbortSignal): Promise<string> {
  const options = { cloud, kind: 'snapshot', signal } as const;
  return (await findOne(needed(cinder, 'Cinder'), ['/snapshots', 'snapshots'], asked, options)).id;
}

/** Undefined where the project has none: then it gets no NIC. */
async function networksFor(project: Project, spec: MakeSpec, signal: AbortSignal): Promise<readonly Row[] | undefined> {
  const { cloud } = project;
  if (spec.nics.length > 0) {
    const rows: Row[] = [];
    for (const nic of spec.nics) rows.push(await nicRow(project, nic, signal));
    return rows;
  }
  const neutron = needed(project.neutron, 'Neutron');
  const all = await readListed(neutron, '/networks', 'networks', { subject: `the networks of ${cloud.name}`, signal });
  const inner = all.filter(({ row }) => isSeen(cloud, row) && row['router:external'] !== true);
  const [one, ...others] = inner;
  if (others.length === 0) return one && [{ uuid: one.id }];
  throw refused(`${cloud.name} has several networks`, `name one: ${inner.map(({ name }) => name).join(', ')}`);
}

async function nicRow(project: Project, { network, port, ip }: WantedNic, signal: AbortSignal): Promise<Row> {
  const { cloud } = project;
  if (port !== '') {
    const options = { cloud, kind: 'nic', signal } as const;
    const { id, row, name } = await findOne(needed(project.neutron, 'Neutron'), ['/ports', 'ports'], port, options);
    const user = textOf(row, 'device_id');
    if (user !== undefined) throw new FleetError('op.conflict', `the port ${name} is in use by ${user}`);
    return { port: id };
  }
  const { id } = await findNetwork(project, network, signal);
  return { uuid: id, ...(ip !== '' && { fixed_ip: ip }) };
}

async function groupCalled({ nova, cloud }: Project, asked: string, signal: AbortSignal): Promise<string> {
  const subject = `the server groups of ${cloud.name}`;
  const all = await readListed(nova, '/os-server-groups', 'server_groups', { subject, signal });
  const found = all.find(({ id, name }) => id === asked || name === asked);
  if (found) return found.id;
  throw refused(`${cloud.endpoint} has no server group ${JSON.stringify(asked)}`);
}
