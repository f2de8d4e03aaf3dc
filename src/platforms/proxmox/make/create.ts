/** A new guest: what it is told, its volumes, its settings, its start. All of it, or nothing. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../clock.ts';
import { vmId } from '../../../ids.ts';
import type { VmOps, Warning } from '../../contract.ts';
import { asRow } from '../../lib/json.ts';
import { refused } from '../../lib/spec-values.ts';
import { type Made, takeBack } from '../../lib/take-back.ts';
import type { Api } from '../api.ts';
import { type Catalog, type KnownStorage, type ListContext, readCatalog } from '../catalog.ts';
import { firewallSteps, readGuestFirewall, refuseUnknownGroups, whyGroupsSleep } from '../firewall/guest-firewall.ts';
import { containerForm, refuseForContainer } from '../form/lxc-form.ts';
import {
  bootOrder,
  commonForm,
  diskForm,
  driveKey,
  type Form,
  hardwareForm,
  type PlacedDisk,
} from '../form/qemu-form.ts';
import { type MakeSpec, newMac, readSpec, type WantedNic } from '../form/spec.ts';
import { nicText } from '../form/texts.ts';
import { pathOf } from '../guest-call.ts';
import { readGuestConfig } from '../guest-config.ts';
import { diskContent, type Guest, type GuestKind } from '../guests.ts';
import { lessThanAsked, nicsOf, ovaDisks, ovaHardware, withDisksOf, workingStorage } from '../ova/ova-form.ts';
import { placePath } from '../read-each.ts';
import { chooseStorage } from '../storage/choose.ts';
import { sendFile } from '../storage/send-file.ts';
import { type FollowContext, settled } from '../tasks.ts';
import { askHa } from '../vm/ha.ts';
import { bridgeOf, chooseNode, readBridges } from './place.ts';
import { cloudInitForm, needsOwnDrive, type OwnDrive, writeOwnDrive } from './seed.ts';
import { findIso, findSource, type Source } from './source.ts';
import { startMade } from './start.ts';
import { refuseTakenGuest } from './taken.ts';
import { fileMade, guestMade, whatMayCome } from './undo.ts';
import type { Vmids } from './vmids.ts';

export interface Maker {
  readonly lists: ListContext;
  /** Where changes are sent. */
  readonly api: Api;
  readonly clock: Clock;
  readonly vmids: Vmids;
  readonly touched: (key: string) => void;
}

/** All that was looked up before anything is made. */
interface Plan {
  readonly spec: MakeSpec;
  readonly source: Source;
  readonly kind: GuestKind;
  readonly node: string;
  readonly catalog: Catalog;
  readonly nics: readonly WantedNic[];
  readonly bridges: readonly string[];
  readonly iso: string | undefined;
  readonly own: (OwnDrive & { readonly storage: KnownStorage }) | undefined;
}

/** Settings that come with a template. */
const OF_TEMPLATES = ['machine', 'firmware', 'tpm', 'iommu'] as const;

export const createMake =
  (maker: Maker): NonNullable<VmOps['create']> =>
  async (endpoint, settings, signal) => {
    const { lists, clock } = maker;
    const spec = readSpec(settings, clock.now());
    const catalog = await readCatalog(lists, signal);
    refuseTakenGuest(lists.endpoint, catalog, spec.name);
    const source = await findSource(lists, catalog, spec.image, spec.node, signal);
    const plan = await planGuest(maker, spec, catalog, source, signal);
    const { vmid, warnings } = await makeGuest(maker, plan, signal);
    return { warnings, id: vmId(endpoint, `${plan.kind}/${vmid}`) };
  };

async function planGuest(
  { lists, api, clock }: Maker,
  asked: MakeSpec,
  catalog: Catalog,
  source: Source,
  signal: AbortSignal,
): Promise<Plan> {
  const spec = source.kind === 'ova' ? withDisksOf(asked, source.ova) : asked;
  const kind =
    source.kind === 'container' || (source.kind === 'template' && source.guest.kind === 'lxc') ? 'lxc' : 'qemu';
  if (kind === 'lxc') refuseForContainer(spec);
  if (source.kind === 'template') refuseOfTemplate(spec);
  const node = chooseNode(catalog, spec, source);
  const all = await readBridges(api, node, signal);
  // a clone has the cards of its template, unless it is told others
  const usual = source.kind === 'template' ? [] : source.kind === 'ova' ? nicsOf(source.ova, usualNic()) : [usualNic()];
  const nics = spec.nics ?? usual;
  const bridges = nics.map(({ network }) => bridgeOf(all, node, network));
  const cards = nics.length === 0 ? undefined : nicKeys(nics.length);
  await refuseUnknownGroups(api, spec.name, spec.firewall.groups ?? [], cards, signal);
  const iso = spec.iso === '' ? undefined : await findIso(lists, catalog, spec.iso, node, signal);
  const macs = nics.map(({ mac }) => mac);
  const seed =
    kind === 'qemu' && needsOwnDrive(spec)
      ? await writeOwnDrive(spec, { macs, instance: randomUUID(), now: clock.now() })
      : undefined;
  const own = seed && {
    ...seed,
    storage: chooseStorage(catalog.storages, { endpoint: lists.endpoint, wanted: '', content: 'iso', node }),
  };
  if (own && source.kind === 'template' && spec.guest.network.isConfigured && spec.nics === undefined)
    throw refused('addresses on a drive of our own need the NICs that they are of', 'name the NICs too: nic');
  return { spec, source, kind, node, catalog, nics, bridges, iso, own };
}

const usualNic = (): WantedNic => ({
  network: 'default',
  model: 'virtio',
  mac: newMac(),
  options: [],
});

function refuseOfTemplate({ said, name }: MakeSpec): void {
  const wrong = OF_TEMPLATES.filter((key) => said.has(key));
  if (wrong.length > 0) throw refused(`${name} has ${wrong.join(', ')} from its template`, 'leave them out');
}

const place = (plan: Plan, endpoint: string): readonly PlacedDisk[] =>
  plan.spec.disks.map((disk) => ({
    disk,
    storage: chooseStorage(plan.catalog.storages, {
      endpoint,
      wanted: disk.storage,
      content: diskContent(plan.kind),
      node: plan.node,
    }),
  }));

/** One step after the other; what was made is taken back when one fails. */
async function makeGuest(
  maker: Maker,
  plan: Plan,
  signal: AbortSignal,
): Promise<{ readonly vmid: number; readonly warnings: readonly Warning[] }> {
  const { api, clock, vmids, touched, lists } = maker;
  const { spec, kind, node, source, own } = plan;
  const context: FollowContext = { api, clock, signal, subject: spec.name };
  const done: Made[] = [];
  const warnings: Warning[] = source.kind === 'ova' ? [...lessThanAsked(source.ova, spec)] : [];
  let asked: Made | undefined;
  try {
    if (own) {
      const volid = `${own.storage.name}:iso/${own.file}`;
      asked = fileMade(context, node, volid);
      const pieces = async function* () {
        yield own.bytes;
      };
      const file = {
        name: own.file,
        content: 'iso',
        node,
        storage: own.storage.name,
        length: own.bytes.length,
        pieces,
      };
      warnings.push(...(await sendFile(context, file)));
      done.push(asked);
      if (own.seed.isClosed)
        warnings.push({
          feature: 'vm.create',
          detail: `nothing lets a user into ${spec.name}: no key and no password`,
        });
    }
    const first =
      source.kind === 'template' ? cloneRequest(plan, source.guest, lists.endpoint) : newRequest(plan, lists.endpoint);
    const { vmid, answer } = await vmids.take(spec.name, signal, async (number) => {
      asked = guestMade(context, { node, kind, vmid: number });
      return {
        vmid: number,
        answer: await api.post(first.path, { signal, subject: spec.name, form: first.form(number) }),
      };
    });
    warnings.push(...(await settled(answer, context)));
    if (asked) done.push(asked);
    asked = undefined;
    const guest = { kind, node, vmid };
    warnings.push(...(await finish(maker, plan, guest, context)));
    warnings.push(...(await applyFirewall(api, plan, guest, signal)));
    if (spec.ha !== 'none') await askHa(api, { ...guest, name: spec.name }, spec.ha, signal);
    if (spec.start) warnings.push(...(await startMade(context, guest)));
    touched(`${kind}/${vmid}`);
    return { vmid, warnings };
  } catch (error) {
    throw await takeBack(error, done, whatMayCome(asked, signal));
  }
}

type Place = Pick<Guest, 'kind' | 'node' | 'vmid'>;

interface Request {
  readonly path: string;
  readonly form: (vmid: number) => Form;
}

const poolForm = ({ pool }: MakeSpec): Form => (pool === '' ? {} : { pool });

function newRequest(plan: Plan, endpoint: string): Request {
  const { spec, source, kind, node, nics, bridges, iso, own } = plan;
  const disks = place(plan, endpoint);
  const path = placePath('nodes', node, kind);
  if (kind === 'lxc') {
    const template = source.kind === 'container' ? source.entry.volid : '';
    const form = containerForm({ ...spec, nics }, { template, disks, bridges });
    return { path, form: (vmid) => ({ vmid: String(vmid), ...form, ...poolForm(spec) }) };
  }
  const from = source.kind === 'import' ? source.entry.volid : undefined;
  const ofDisks = source.kind === 'ova' ? ovaDisks(source.ova, disks) : diskForm(disks, [], from);
  const cards = Object.fromEntries(nics.map((nic, at) => [`net${at}`, nicText('qemu', nic, bridges[at] ?? '', at)]));
  const drives = driveForm(spec, { iso, own, taken: Object.keys(ofDisks), storage: disks[0]?.storage.name ?? '' });
  const form: Form = {
    name: spec.name,
    ...hardwareForm(spec, disks),
    ...(source.kind === 'ova' && {
      ...ovaHardware(source.ova, spec, disks[0]?.storage.name ?? ''),
      ...workingStorage(source.entry.storage, plan.catalog.storages, node),
    }),
    ...ofDisks,
    ...drives,
    ...cards,
    ...(own ? {} : cloudInitForm(spec)),
    ...poolForm(spec),
    boot: bootOrder(Object.keys(ofDisks), iso === undefined ? [] : Object.keys(drives).slice(0, 1), Object.keys(cards)),
  };
  return { path, form: (vmid) => ({ vmid: String(vmid), ...form }) };
}

/** The medium, and the drive that the guest is told by. */
function driveForm(
  spec: MakeSpec,
  {
    iso,
    own,
    taken,
    storage,
  }: {
    readonly iso: string | undefined;
    readonly own: Plan['own'];
    readonly taken: readonly string[];
    readonly storage: string;
  },
): Form {
  const form: Form = {};
  const put = (text: string) => {
    form[driveKey([...taken, ...Object.keys(form)])] = text;
  };
  if (iso !== undefined) put(`${iso},media=cdrom`);
  if (own) put(`${own.storage.name}:iso/${own.file},media=cdrom`);
  else if (spec.guest.seed !== undefined) put(`${storage}:cloudinit`);
  return form;
}

/** A linked clone, unless its disk is to be in another storage. */
function cloneRequest({ spec, node, catalog, kind }: Plan, template: Guest, endpoint: string): Request {
  const wanted = spec.disks[0]?.storage ?? '';
  const storage =
    wanted === '' ? undefined : chooseStorage(catalog.storages, { endpoint, wanted, content: diskContent(kind), node });
  const form: Form = {
    [kind === 'qemu' ? 'name' : 'hostname']: spec.name,
    full: storage === undefined ? '0' : '1',
    ...(storage && { storage: storage.name }),
    ...(node === template.node ? {} : { target: node }),
    ...poolForm(spec),
  };
  const path = `${pathOf(template)}/clone`;
  return { path, form: (vmid) => ({ newid: String(vmid), ...form }) };
}

const nicKeys = (count: number): ReadonlySet<string> => new Set(Array.from({ length: count }, (_, at) => `net${at}`));

/** Before it starts. A clone has the groups of its template as well. Answers why they would not hold. */
async function applyFirewall(api: Api, { spec }: Plan, guest: Place, signal: AbortSignal): Promise<readonly Warning[]> {
  const { name, firewall } = spec;
  if (firewall.isOn === undefined && firewall.groups === undefined) return [];
  const named = { ...guest, name };
  const now = await readGuestFirewall(api, named, signal);
  const groups = firewall.groups && [...new Set([...firewall.groups, ...now.groups])];
  for (const { send } of firewallSteps(api, named, now, { ...firewall, groups }, signal)) await send();
  const holding = { isOn: firewall.isOn ?? now.isOn, groups: groups ?? now.groups };
  if (holding.groups.length === 0) return [];
  const row = asRow(await api.get(`${pathOf(guest)}/config`, { signal, subject: name }), name);
  return whyGroupsSleep(api, named, holding, row, signal);
}

/** What the first request can not say: settings of a clone, and sizes of disks that came with an image. */
async function finish(maker: Maker, plan: Plan, guest: Place, context: FollowContext): Promise<readonly Warning[]> {
  const { api } = maker;
  const { spec, source } = plan;
  const { signal, subject } = context;
  if (source.kind === 'nothing' || source.kind === 'container') return [];
  const path = pathOf(guest);
  const config = readGuestConfig(
    asRow(await api.get(`${path}/config`, { signal, subject }), subject),
    guest.kind,
    guest.vmid,
  );
  const warnings: Warning[] = [];
  if (source.kind === 'template') {
    const form = formOfClone(maker, plan, config);
    const answer =
      guest.kind === 'qemu'
        ? await api.post(`${path}/config`, { signal, subject, form })
        : await api.put(`${path}/config`, { signal, subject, form });
    warnings.push(...(await settled(answer, context)));
  }
  const first = config.disks.find(({ type, device }) => type === 'disk' && !/^(?:efi|tpm|unused)/.test(device));
  const devices = source.kind === 'ova' ? source.ova.disks.map(({ device }) => device) : [first?.device];
  for (const [at, device] of devices.entries()) {
    const disk = config.disks.find((one) => one.device === device);
    const wanted = spec.disks[at]?.size;
    if (disk?.size === undefined || wanted === undefined || wanted === disk.size) continue;
    if (wanted < disk.size)
      warnings.push({ feature: 'disk', detail: `${disk.device} is as large as its image, since that is larger` });
    else {
      const form = { disk: disk.device, size: String(wanted) };
      warnings.push(...(await settled(await api.put(`${path}/resize`, { signal, subject, form }), context)));
    }
  }
  return warnings;
}

type Config = ReturnType<typeof readGuestConfig>;

function formOfClone({ lists }: Maker, plan: Plan, config: Config): Form {
  const { spec, kind, nics, bridges, iso, own } = plan;
  const taken = config.disks.map(({ device }) => device);
  const more = place({ ...plan, spec: { ...spec, disks: spec.disks.slice(1) } }, lists.endpoint);
  const cards = Object.fromEntries(nics.map((nic, at) => [`net${at}`, nicText(kind, nic, bridges[at] ?? '', at)]));
  if (kind === 'lxc') {
    const { memory, cores, onboot, description, tags, protection } = commonForm(spec);
    const form = { memory, cores, onboot, description, tags, protection, ...cards };
    return Object.fromEntries(Object.entries(form).filter((pair): pair is [string, string] => pair[1] !== undefined));
  }
  const ofCloud = config.disks.find(({ path }) => path.includes('cloudinit'));
  const ofDisks = diskForm(more, taken);
  const [first] = config.disks;
  const hasDrive = own === undefined && ofCloud !== undefined;
  const drives = driveForm(hasDrive ? { ...spec, guest: { ...spec.guest, seed: undefined } } : spec, {
    iso,
    own,
    taken: [...taken, ...Object.keys(ofDisks)],
    storage: first?.storage ?? '',
  });
  const doomed = own && ofCloud ? { delete: ofCloud.device } : {};
  const console: Form = config.serial === undefined ? { serial0: 'socket' } : {};
  return {
    ...commonForm(spec),
    ...console,
    ...ofDisks,
    ...drives,
    ...cards,
    ...(own ? {} : cloudInitForm(spec)),
    ...doomed,
  };
}
