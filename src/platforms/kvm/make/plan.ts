/** Everything that a new VM needs, looked up and checked before anything is made. */
import type { Warning } from '../../contract.ts';
import { type Seed, writeSeed } from '../../lib/seed/seed.ts';
import { escapeXml } from '../../transport/xml.ts';
import { refuseDoubled, refuseSeedNames } from '../disk/own-volumes.ts';
import { type NewVolume, newVolume, refuseNoRoom } from '../disk/vm-volume.ts';
import { readPci } from '../hardware/devices.ts';
import { refuseLacking } from '../hardware/host-checks.ts';
import { capabilitiesFor } from '../hardware/host-facts.ts';
import type { Capabilities } from '../host/host.ts';
import type { Host, HostCall } from '../host/host-call.ts';
import type { HostFiles } from '../host/host-files.ts';
import { existingDisk } from '../medium/existing-disk.ts';
import { formatter } from '../medium/file-system.ts';
import { findForDrive } from '../medium/find-medium.ts';
import { withMacs } from '../nic/mac.ts';
import { type PluggedNic, USUAL_NIC } from '../nic/nic-options.ts';
import { plugFor } from '../nic/nic-plugs.ts';
import { type Keeping, planKept } from '../seed/reserve.ts';
import { warnOfLeases } from '../seed/stale-leases.ts';
import type { Medium } from '../xml/device-xml.ts';
import { ignitionName, seedName } from '../xml/metadata.ts';
import { type Abilities, readAbilities } from './abilities.ts';
import { findPool, findVolume, hasNetwork, type Pool, refuseMedium, refuseTakenVm, refuseTakenVolume } from './find.ts';
import { type MakeSpec, refused } from './spec.ts';
import { refuseUsed } from './uses.ts';
import type { Drive } from './write-drives.ts';

export interface MakePlan {
  readonly spec: MakeSpec;
  readonly uuid: string;
  readonly abilities: Abilities;
  /** To be made, or there already. */
  readonly disks: readonly (NewVolume | Drive)[];
  /** Who makes the file systems on them; undefined where none is wanted. */
  readonly formatter: HostFiles | undefined;
  readonly seed: { readonly volume: NewVolume; readonly made: Seed } | undefined;
  /** What its network is to keep for it. */
  readonly keeping: readonly Keeping[];
  readonly iso: Drive | undefined;
  readonly extraIso: Drive | undefined;
  readonly floppy: Drive | undefined;
  readonly nics: readonly PluggedNic[];
  readonly kept: Readonly<Record<string, string>>;
  readonly warnings: readonly Warning[];
}

export interface PlanFor {
  readonly host: Pick<Host, 'files'>;
  readonly endpoint: string;
  readonly capabilities: Capabilities;
  readonly uuid: string;
  /** Epoch, ms. */
  readonly now: number;
}

const NETWORK = 'default';
/** Architectures whose usual machines have QEMU's fw_cfg, and on which Ignition asks it. */
const HAS_FW_CFG: ReadonlySet<string> = new Set(['x86_64', 'i686', 'aarch64', 'armv7l', 'riscv64']);

/** Rejects with what stands in the way; nothing is changed here. */
export async function planVm(
  call: HostCall,
  spec: MakeSpec,
  { host, endpoint, capabilities, uuid, now }: PlanFor,
): Promise<MakePlan> {
  await refuseTakenVm(call, endpoint, spec.name);
  const { devices, arch } = spec.hardware;
  const abilities = await readAbilities(call, await capabilitiesFor(call, capabilities, arch), spec);
  const image = spec.image === '' ? undefined : await findVolume(call, spec.image);
  if (image) refuseMedium(image);
  const isX86 = abilities.arch === 'x86_64' || abilities.arch === 'i686';
  const mediumIn = async (volume: string, bus: string) =>
    volume === '' ? undefined : mediumDrive(await mediumAt(host, call, volume), bus);
  const iso = await mediumIn(spec.iso, isX86 ? 'sata' : 'scsi');
  const extraIso = await mediumIn(devices.extraIso, isX86 ? 'sata' : 'scsi');
  const floppy = await mediumIn(devices.floppy, 'fdc');
  const nics = await nicsOf(call, spec);
  const { seed: wanted, network } = spec.guest;
  const words = { ...spec.metadata, plan: spec.plan, profile: spec.profile, owner: spec.owner };
  const seed = await writeSeed({
    ...{ name: spec.name, seed: wanted, network, image: image?.volume.name ?? '', metadata: words },
    ...{ macs: nics.map(({ mac }) => mac), instance: uuid, date: new Date(now) },
  });
  if (seed?.kind === 'ignition' && !HAS_FW_CFG.has(abilities.arch))
    throw refused(`a guest on ${abilities.arch} can't be given an Ignition config: its machines have no fw_cfg`);
  const [first] = nics;
  const own = first && { type: first.plug.type, network: first.plug.name, mac: first.mac };
  const kept = await planKept(call, spec.name, network, own);
  const givenMacs = spec.nics?.map(({ mac }) => mac).filter(Boolean) ?? [];
  const stale = await warnOfLeases(call, nics, givenMacs);
  const ofNics = nics.flatMap(({ plug: { type, name } }) => (type === 'hostdev' ? [readPci(name)] : []));
  await refuseLacking(call, spec.hardware, abilities, [...devices.pci, ...ofNics], spec.start);
  const pools = new Map<string, Pool>();
  const images = new Set(image ? [image] : []);
  const disks: (NewVolume | Drive)[] = [];
  const warnings: Warning[] = [];
  for (const [at, disk] of spec.disks.entries()) {
    if (disk.volume !== '') {
      const there = await existingDisk(host, call, disk);
      disks.push(there.drive);
      warnings.push(...there.warnings);
    } else {
      const found = await findPool(call, disk.storage);
      const pool = pools.get(found.pool.name) ?? found;
      pools.set(pool.pool.name, pool);
      const from = disk.image === '' ? undefined : await findVolume(call, disk.image);
      if (from) refuseMedium(from);
      if (from) images.add(from);
      disks.push(newVolume(spec.name, disk, at, pool, at === 0 ? (image ?? from) : from));
    }
  }
  const made = disks.filter((disk) => 'pool' in disk);
  refuseNoRoom(made);
  const isFormatted = made.some(({ fileSystem }) => fileSystem !== undefined);
  const seedPool = seed && (pools.values().next().value ?? (await findPool(call, '')));
  const seedVolume = seed && seedPool && seedOf(spec.name, seed, seedPool);
  const media = [iso, extraIso, floppy].flatMap((drive) => drive?.path ?? []);
  refuseSeedNames(spec.name, disks, media);
  refuseDoubled(disks, [...media, ...Array.from(images, ({ xml }) => xml.path)]);
  for (const { pool, name } of [...made, ...(seedVolume ? [seedVolume] : [])])
    await refuseTakenVolume(call, pool, name);
  await refuseUsed(call, undefined, givenMacs);
  for (const one of images) await refuseUsed(call, one, []);
  return {
    spec,
    uuid,
    abilities,
    disks,
    formatter: isFormatted ? await formatter(host.files, call) : undefined,
    seed: seedVolume && seed && { volume: seedVolume, made: seed },
    keeping: kept.keeping,
    iso,
    extraIso,
    floppy,
    nics,
    kept: {
      ...words,
      image: image?.volume.name ?? '',
      user: seed?.user ?? '',
      domain: network.domain,
    },
    warnings: [...warningsOf(abilities, spec.type, seed, nics), ...warnings, ...kept.warnings, ...stale],
  };
}

/** What has a path may be in no storage. */
async function mediumAt(
  { files }: PlanFor['host'],
  call: HostCall,
  volume: string,
): Promise<Pick<Medium, 'path' | 'isBlock'>> {
  if (volume.startsWith('/')) return findForDrive(files, call, volume);
  const { path, type } = (await findVolume(call, volume)).xml;
  return { path, isBlock: type === 'block' };
}

const mediumDrive = ({ path, isBlock }: Pick<Medium, 'path' | 'isBlock'>, bus: string): Drive => ({
  path,
  isBlock,
  format: 'raw',
  bus,
});

async function nicsOf(call: HostCall, { nics, start, bootsNetwork, guest }: MakeSpec): Promise<readonly PluggedNic[]> {
  const usual = { network: NETWORK, model: 'virtio', mac: '', options: USUAL_NIC };
  const wanted = nics ?? ((await hasNetwork(call, NETWORK)) ? [usual] : []);
  if (bootsNetwork && wanted.length === 0) throw refused('a VM that starts from the network needs a NIC');
  const macs = wanted.map(({ mac }) => mac).filter(Boolean);
  if (new Set(macs).size < macs.length) throw refused('two of its NICs have the same address');
  const { isConfigured, kept, nics: addresses } = guest.network;
  if (addresses.length > wanted.length)
    throw refused(`there are addresses for ${addresses.length} NICs, and the VM has ${wanted.length}`);
  // The guest finds its NICs by their addresses, and so does the network.
  const addressed = isConfigured || kept.ip !== '' ? await withMacs(call, wanted) : wanted;
  const plugged: PluggedNic[] = [];
  for (const nic of addressed) plugged.push({ ...nic, plug: await plugFor(call, nic, start) });
  return plugged;
}

/** Wholly allocated, so that a storage without room says so at once. On virtio, which kernels of cloud images have. */
function seedOf(vm: string, { kind, bytes }: Seed, pool: Pool): NewVolume {
  const isBlock = pool.folder === undefined;
  if (kind === 'ignition' && isBlock)
    throw refused(`an Ignition config is a file, and ${pool.pool.name} has none`, 'make the first disk elsewhere');
  const name = kind === 'ignition' ? ignitionName(vm) : seedName(vm);
  const format = isBlock ? '' : '<target><format type="raw"/></target>';
  const xml = `<volume><name>${escapeXml(name)}</name><capacity unit="bytes">${bytes.length}</capacity>${format}</volume>`;
  return {
    pool,
    name,
    xml,
    from: undefined,
    growsTo: undefined,
    fileSystem: undefined,
    room: 0,
    drive: { isBlock, format: 'raw', bus: 'scsi' },
  };
}

function warningsOf(
  { type }: Abilities,
  asked: MakeSpec['type'],
  seed: Seed | undefined,
  nics: readonly PluggedNic[],
): readonly Warning[] {
  const details = [
    nics.length === 0 && `the host has no network ${NETWORK}: the VM has no NIC`,
    type === 'qemu' && asked === '' && 'this host has no KVM: the CPU of the VM is emulated, and slow',
    seed?.isClosed && `neither a key nor a password was given: ${seed.kind} lets no user in`,
  ];
  return details.flatMap((detail) => (detail ? [{ feature: 'vm.create', detail }] : []));
}
