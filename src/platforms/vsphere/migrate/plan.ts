/** What a move to another host would be: looked at before anything moves. */

import type { EndpointName } from '../../../ids.ts';
import { nativeOf, nodeId } from '../../../ids.ts';
import { type Bytes, bytes, formatBytes, mib } from '../../../units.ts';
import type { CopiedDisk, MigrateSpec, MigrationCheck, MigrationPlan, MigrationTarget } from '../../contract.ts';
import { childrenOf } from '../../transport/xml.ts';
import { type DiskDevice, readDevices } from '../devices.ts';
import { DEVICES } from '../hardware/change-vm.ts';
import { type Catalog, type Compute, datacenterOf, type Host, type Store } from '../place/catalog.ts';
import { splitPath } from '../storage/browse.ts';
import type { VmCall } from '../vm-call.ts';

/** What was read of the VM and the inventory once, for all targets. */
export interface Facts {
  readonly endpoint: EndpointName;
  readonly call: VmCall;
  readonly catalog: Catalog;
  /** The host that it is on. */
  readonly from: Host;
  readonly memory: Bytes;
}

export interface Move {
  readonly plan: MigrationPlan;
  readonly host: Host | undefined;
  readonly compute: Compute | undefined;
  /** Where its disks go; undefined where they stay. */
  readonly store: Store | undefined;
}

type Level = MigrationCheck['level'];
const check = (name: string, level: Level, text: string): MigrationCheck => ({ name, level, text });
const final = (name: string, text: string): MigrationCheck => ({ name, level: 'error', text, final: true });
const ORDER: readonly Level[] = ['error', 'warning', 'ok'];

export function moveTo(facts: Facts, target: MigrationTarget, spec: MigrateSpec): Move {
  const { call, catalog, endpoint, from } = facts;
  const isOn = call.power === 'poweredOn';
  const host = target.node === undefined ? bestHost(facts) : catalog.hosts.get(nativeOf(target.node));
  const node = host ? nodeId(endpoint, host.ref.value) : target.node;
  const plan = (checks: readonly MigrationCheck[], copies: readonly CopiedDisk[] = []): MigrationPlan => ({
    node,
    checks: checks.toSorted((a, b) => ORDER.indexOf(a.level) - ORDER.indexOf(b.level)),
    copies,
    live: isOn && spec.live,
  });
  const nowhere = (checks: readonly MigrationCheck[]): Move => ({
    plan: plan(checks),
    host: undefined,
    compute: undefined,
    store: undefined,
  });
  if (target.peer) return nowhere([final('platform', 'drover moves VMs within one vCenter alone')]);
  if (!host) {
    const missing =
      target.node === undefined ? 'no other host takes VMs now' : 'there is no such host in this inventory';
    return nowhere([final('node', missing)]);
  }
  const compute = [...catalog.computes.values()].find(({ hosts }) => hosts.includes(host.ref.value));
  const disks = disksOf(call);
  const away = disks.filter(({ path }) => !reaches(host, storeOf(catalog, from, path)));
  const isSameHost = host === from;
  const isStorageMove = spec.copyDisks && spec.storage !== '';
  if (isSameHost && !isStorageMove) return nowhere([final('node', `it is on ${host.name} already`)]);
  if (!host.isUp) return nowhere([final('node', `${host.name} takes no VMs now: it is off, or in maintenance`)]);
  const moved = isStorageMove ? disks : away;
  const store =
    moved.length > 0
      ? [...catalog.stores.values()].find((one) => isStoreOf(host, one, spec.storage, moved))
      : undefined;
  const copies = moved.map(
    ({ path, size }): CopiedDisk => ({ path, size: size ?? bytes(0), ...(store && { to: store.name }) }),
  );
  return {
    host,
    compute,
    store,
    plan: plan(
      [
        check('node', 'ok', `${host.name} is up`),
        powerCheck(call, spec),
        memoryCheck(host, facts, isSameHost),
        datacenterCheck(catalog, from, host),
        ...diskChecks(spec, host, copies, store),
        networkCheck(facts, host),
        mediaCheck(call, catalog, from, host),
        cpuCheck(from, host, isOn),
        ...snapshotChecks(call, copies),
      ],
      copies,
    ),
  };
}

/** The one with most memory free that reaches all disks. */
function bestHost({ call, catalog, from }: Facts): Host | undefined {
  const stores = disksOf(call).map(({ path }) => storeOf(catalog, from, path));
  const able = [...catalog.hosts.values()].filter(
    (host) => host !== from && host.isUp && stores.every((store) => reaches(host, store)),
  );
  return able.toSorted((a, b) => (b.memoryFree ?? 0) - (a.memoryFree ?? 0) || (a.name < b.name ? -1 : 1))[0];
}

const disksOf = ({ values }: VmCall): readonly DiskDevice[] =>
  readDevices(values.get(DEVICES)).disks.filter(({ readOnly }) => !readOnly);

/** By the name in the path, among those that its host reaches. */
const storeOf = ({ stores }: Catalog, host: Host, path: string): Store | undefined =>
  host.stores.flatMap((ref) => stores.get(ref) ?? []).find(({ name }) => name === splitPath(path).store);

const reaches = (host: Host, store: Store | undefined): boolean =>
  store !== undefined && host.stores.includes(store.ref.value);

/** Of the name that is wanted, or with most room: the largest that takes all copies. */
function isStoreOf(host: Host, store: Store, wanted: string, moved: readonly DiskDevice[]): boolean {
  if (!host.stores.includes(store.ref.value) || !store.isUsable) return false;
  if (wanted !== '') return store.name === wanted || store.ref.value === wanted;
  // without a word, a datastore of the same name as where the disks are now
  return store.name === splitPath(moved[0]?.path ?? '').store;
}

function powerCheck({ name, power }: VmCall, { live }: MigrateSpec): MigrationCheck {
  if (power === 'suspended')
    return check('vm', 'warning', `${name} is suspended, and may not wake up on another kind of CPU`);
  if (power !== 'poweredOn') return check('vm', 'ok', `${name} is off`);
  return live
    ? check('vm', 'ok', `${name} goes on running`)
    : final('vm', `${name} runs, and vSphere moves it so only: stop it first, or move it live`);
}

function memoryCheck({ name, memory, memoryFree }: Host, facts: Facts, isSameHost: boolean): MigrationCheck {
  const needs = facts.memory;
  if (isSameHost || memoryFree === undefined) return check('memory', 'ok', `${name} has ${formatBytes(memory)}`);
  const said = `${name} has ${formatBytes(memoryFree)} free, and it needs ${formatBytes(needs)} at most`;
  return check('memory', memoryFree < needs && facts.call.power === 'poweredOn' ? 'warning' : 'ok', said);
}

function datacenterCheck(catalog: Catalog, from: Host, host: Host): MigrationCheck {
  const [here, there] = [datacenterOf(catalog, from), datacenterOf(catalog, host)];
  if (here === there) return check('datacenter', 'ok', `both hosts are in ${here?.name ?? 'the same datacenter'}`);
  return final('datacenter', `${host.name} is in another datacenter, where it has no folder and no network of its own`);
}

function diskChecks(
  spec: MigrateSpec,
  host: Host,
  copies: readonly CopiedDisk[],
  store: Store | undefined,
): readonly MigrationCheck[] {
  if (copies.length === 0) return [check('disks', 'ok', `${host.name} reaches all its disks`)];
  const paths = copies.map(({ path }) => path).join(', ');
  const whole = bytes(copies.reduce((sum, { size }) => sum + size, 0));
  const disks = spec.copyDisks
    ? check('disks', 'ok', `${paths} (${formatBytes(whole)}) would be moved`)
    : final('disks', `${host.name} does not reach ${paths}: allow that they are copied`);
  if (!store) {
    const wanted = spec.storage === '' ? 'datastore of the same name' : `datastore ${spec.storage}`;
    return [disks, final('storage', `${host.name} reaches no ${wanted}: name one there that takes the disks`)];
  }
  const room =
    store.free === undefined
      ? check('storage', 'ok', `${store.name} is there; how much is free is not known`)
      : // thin disks take less than what a guest sees
        check(
          'storage',
          store.free < whole ? 'warning' : 'ok',
          `${store.name} has ${formatBytes(store.free)} free, and the disks need ${formatBytes(whole)} at most`,
        );
  const kept = spec.removeCopied
    ? []
    : [check('copies', 'warning', 'vSphere moves disks: nothing stays where they were')];
  return [disks, room, ...kept];
}

function networkCheck({ call, catalog }: Facts, host: Host): MigrationCheck {
  const used = childrenOf(call.values.get('network'), 'ManagedObjectReference').map(({ text }) => text);
  const missing = used
    .filter((ref) => !host.networks.includes(ref))
    .map((ref) => catalog.networks.get(ref)?.name ?? ref);
  if (missing.length === 0) return check('networks', 'ok', `${host.name} has all its networks`);
  return final('networks', `${host.name} does not reach ${missing.join(', ')}: plug it into another network first`);
}

function mediaCheck({ values }: VmCall, catalog: Catalog, from: Host, host: Host): MigrationCheck {
  const media = readDevices(values.get(DEVICES)).disks.filter(
    ({ readOnly, path }) => readOnly && path !== '' && !reaches(host, storeOf(catalog, from, path)),
  );
  if (media.length === 0) return check('devices', 'ok', 'it has no medium of its host alone');
  return final(
    'devices',
    `its drive has ${media.map(({ path }) => path).join(', ')}, which ${host.name} does not reach: eject it`,
  );
}

function cpuCheck(from: Host, host: Host, isOn: boolean): MigrationCheck {
  if (from.cpuModel === host.cpuModel)
    return check('cpu', 'ok', `both hosts have ${host.cpuModel || 'CPUs that they do not name'}`);
  const said = `${host.name} has another CPU (${host.cpuModel})`;
  return check('cpu', isOn ? 'warning' : 'ok', isOn ? `${said}: without EVC vCenter may refuse the move` : said);
}

const snapshotChecks = ({ values, name }: VmCall, copies: readonly CopiedDisk[]): readonly MigrationCheck[] =>
  values.get('snapshot') && copies.length > 0
    ? [check('snapshots', 'warning', `the snapshots of ${name} go with it, and make the move longer`)]
    : [];

/** `config.hardware.memoryMB`. */
export const memoryOf = (text: string | undefined): Bytes => mib(Number.parseInt(text ?? '0', 10) || 0);
