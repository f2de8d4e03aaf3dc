/** What a migration within the cluster would be: GET …/migrate has the server's own preconditions (PVE::API2::Qemu, PVE::API2::LXC). */
import { nativeOf, nodeId } from '../../../ids.ts';
import { bytes, formatBytes } from '../../../units.ts';
import type { CopiedDisk, MigrateSpec, MigrationCheck, MigrationPlan, MigrationTarget } from '../../contract.ts';
import { asRow, isRow, type Row, textOf } from '../../lib/json.ts';
import { notPassedOn } from '../../lib/migration.ts';
import type { Catalog, KnownStorage } from '../catalog.ts';
import type { GuestCall } from '../guest-call.ts';
import type { GuestConfig } from '../guest-config.ts';
import { type ClusterNode, diskContent, memoryFree } from '../guests.ts';
import { flagOf, sizeOf } from '../json.ts';

/** What was read of the guest once, for all targets. */
export interface Facts {
  readonly endpoint: string;
  readonly call: GuestCall;
  readonly config: GuestConfig;
  /** Its settings as the server has them. */
  readonly row: Row;
  readonly preconditions: Row;
  readonly catalog: Catalog;
  readonly hasSnapshots: boolean;
}

type Level = MigrationCheck['level'];
const check = (name: string, level: Level, text: string): MigrationCheck => ({ name, level, text });
const final = (name: string, text: string): MigrationCheck => ({ name, level: 'error', text, final: true });

/** To the node that is named, or to the one with most memory free that the server allows. */
export function planTo(facts: Facts, target: MigrationTarget, spec: MigrateSpec): MigrationPlan {
  const { call, endpoint } = facts;
  const isLive = spec.live && call.current.status === 'running' && call.guest.kind === 'qemu';
  const name = target.node === undefined ? bestNode(facts) : nativeOf(target.node);
  const node = name === undefined ? target.node : nodeId(endpoint as Parameters<typeof nodeId>[0], name);
  const plan = (checks: readonly MigrationCheck[], copies: readonly CopiedDisk[] = []): MigrationPlan => ({
    node,
    checks: checks.toSorted((a, b) => ORDER.indexOf(a.level) - ORDER.indexOf(b.level)),
    copies,
    live: isLive,
  });
  if (target.peer) return plan([final('platform', 'Proxmox VE moves guests within a cluster alone')]);
  const there = name === undefined ? undefined : facts.catalog.resources.nodes.get(name);
  if (!there)
    return plan([
      final('node', name === undefined ? 'no other node of the cluster can take it' : `there is no node ${name}`),
    ]);
  if (there.name === call.guest.node) return plan([final('node', `it is on ${there.name} already`)]);
  if (!there.online) return plan([final('node', `${there.name} is offline`)]);
  const copies = copiesOf(facts, spec);
  return plan(
    [
      check('node', 'ok', `${there.name} is up`),
      vmCheck(facts, spec),
      memoryCheck(facts, there),
      ...disksChecks(facts, spec, copies, isLive),
      ...storageChecks(facts, spec, there, copies),
      devicesCheck(facts, there),
      cpuCheck(facts, isLive),
      ...notPassedOn('Proxmox VE', spec),
    ],
    copies,
  );
}

const ORDER: readonly Level[] = ['error', 'warning', 'ok'];

function bestNode({ catalog, call, preconditions }: Facts): string | undefined {
  const allowed = preconditions['allowed_nodes'] ?? preconditions['allowed-nodes'];
  const names: readonly unknown[] | undefined = Array.isArray(allowed) ? allowed : undefined;
  const able = [...catalog.resources.nodes.values()].filter(
    ({ name, online }) => online && name !== call.guest.node && (names === undefined || names.includes(name)),
  );
  return able.toSorted((a, b) => memoryFree(b) - memoryFree(a) || a.name.localeCompare(b.name, 'en'))[0]?.name;
}

function vmCheck({ call, config }: Facts, spec: MigrateSpec): MigrationCheck {
  const { current, guest, name } = call;
  if (config.lock !== undefined) return final('vm', `${name} is locked (${config.lock}) until its task is done`);
  if (current.status !== 'running') return check('vm', 'ok', `${name} is off`);
  if (guest.kind === 'lxc')
    return spec.live
      ? final('vm', `${name} is a container: it can't move while it runs; without live it is restarted there`)
      : check('vm', 'warning', `${name} is restarted on the way`);
  return spec.live
    ? check('vm', 'ok', `${name} goes on running`)
    : final('vm', `${name} runs, and Proxmox VE moves it so only: stop it first, or move it live`);
}

function memoryCheck({ call, config }: Facts, there: ClusterNode): MigrationCheck {
  const free = memoryFree(there);
  const needs = config.memory;
  const said = `${there.name} has ${formatBytes(free)} free, and it needs ${formatBytes(needs)}`;
  if (there.memory <= 0) return check('memory', 'ok', `how much ${there.name} has free is not known`);
  return check('memory', free < needs && call.current.status === 'running' ? 'warning' : 'ok', said);
}

interface LocalDisk {
  readonly volid: string;
  readonly size: number;
  readonly isMedium: boolean;
}

/** Containers have no such list: their local volumes are those in storages that are not shared. */
function localDisks({ preconditions, config, catalog, call }: Facts): readonly LocalDisk[] {
  const told = preconditions['local_disks'];
  if (Array.isArray(told))
    return told.filter(isRow).flatMap((row) => {
      const volid = textOf(row, 'volid');
      return volid === undefined ? [] : [{ volid, size: sizeOf(row, 'size') ?? 0, isMedium: flagOf(row, 'cdrom') }];
    });
  if (call.guest.kind === 'qemu') return [];
  return config.disks.flatMap(({ path, storage, size }) =>
    catalog.storages.some((one) => one.name === storage && one.shared) || path === ''
      ? []
      : [{ volid: path, size: size ?? 0, isMedium: false }],
  );
}

const copiesOf = (facts: Facts, { storage }: MigrateSpec): readonly CopiedDisk[] =>
  localDisks(facts)
    .filter(({ isMedium, volid }) => !isMedium && !volid.includes('cloudinit'))
    .map(({ volid, size }) => ({ path: volid, size: bytes(size), ...(storage !== '' && { to: storage }) }));

function disksChecks(
  facts: Facts,
  spec: MigrateSpec,
  copies: readonly CopiedDisk[],
  isLive: boolean,
): readonly MigrationCheck[] {
  const media = localDisks(facts).filter(({ isMedium }) => isMedium);
  const checks: MigrationCheck[] = [];
  if (media.length > 0)
    checks.push(
      final('disks', `its drive has ${media.map(({ volid }) => volid).join(', ')}, which its node alone has: eject it`),
    );
  if (copies.length === 0) checks.push(check('disks', 'ok', 'all its disks are in storages that the nodes share'));
  else {
    const paths = copies.map(({ path }) => path).join(', ');
    const whole = bytes(copies.reduce((sum, { size }) => sum + size, 0));
    checks.push(
      spec.copyDisks
        ? check('disks', 'ok', `${paths} (${formatBytes(whole)}) would be copied`)
        : final('disks', `${paths} would have to be copied: allow that`),
    );
  }
  if (copies.length > 0 && spec.copyDisks && !spec.removeCopied)
    checks.push(
      check(
        'copies',
        'warning',
        `${facts.call.guest.node} keeps none of the disks that are copied: Proxmox VE deletes them there`,
      ),
    );
  if (isLive && copies.length > 0 && facts.hasSnapshots)
    checks.push(
      final(
        'snapshots',
        'it has snapshots, which keep local disks from being copied while it runs: stop it, or delete them',
      ),
    );
  return checks;
}

function storageChecks(
  { preconditions, catalog, call }: Facts,
  { storage }: MigrateSpec,
  there: ClusterNode,
  copies: readonly CopiedDisk[],
): readonly MigrationCheck[] {
  const content = diskContent(call.guest.kind);
  const isThere = (name: string) => (one: KnownStorage) => one.name === name && one.through.includes(there.name);
  if (storage !== '') {
    const target = catalog.storages.find(
      (one) => isThere(storage)(one) || (one.key === storage && one.through.includes(there.name)),
    );
    if (!target) return [final('storage', `${there.name} has no storage ${storage}`)];
    if (!target.content.includes(content)) return [final('storage', `${target.key} takes no disks of guests`)];
    return [roomCheck(target, copies)];
  }
  const refused = asRow(preconditions['not_allowed_nodes'] ?? {}, 'the preconditions')[there.name];
  const missing: readonly unknown[] =
    isRow(refused) && Array.isArray(refused['unavailable_storages']) ? refused['unavailable_storages'] : [];
  const names = new Set([
    ...missing.map(String),
    ...copies.flatMap(({ path }) => {
      const [own = ''] = path.split(':');
      return catalog.storages.some(isThere(own)) ? [] : [own];
    }),
  ]);
  if (names.size > 0)
    return [final('storage', `${there.name} has no ${[...names].join(', ')}: name a storage there for the copies`)];
  const own = new Set(copies.map(({ path }) => path.split(':', 1)[0] ?? ''));
  return catalog.storages
    .filter((one) => own.has(one.name) && one.through.includes(there.name) && one.node !== undefined)
    .map((one) =>
      roomCheck(
        one,
        copies.filter(({ path }) => path.startsWith(`${one.name}:`)),
      ),
    );
}

function roomCheck({ key, size, used }: KnownStorage, copies: readonly CopiedDisk[]): MigrationCheck {
  const needs = copies.reduce((sum, one) => sum + one.size, 0);
  if (size === undefined || used === undefined)
    return check('storage', 'ok', `${key} is there; how much is free is not known`);
  const said = `${key} has ${formatBytes(size - used)} free, and the copies need ${formatBytes(needs)} at most`;
  // thin storages take less than what a guest sees
  return check('storage', size - used < needs ? 'warning' : 'ok', said);
}

function devicesCheck({ preconditions }: Facts, there: ClusterNode): MigrationCheck {
  const local = preconditions['local_resources'];
  const refused = asRow(preconditions['not_allowed_nodes'] ?? {}, 'the preconditions')[there.name];
  const blocked =
    isRow(refused) && Array.isArray(refused['blocking-ha-resources']) ? refused['blocking-ha-resources'] : [];
  if (Array.isArray(local) && local.length > 0)
    return final('devices', `it has ${local.map(String).join(', ')} of its node`);
  if (blocked.length > 0) return final('devices', `rules of high availability keep it from ${there.name}`);
  return check('devices', 'ok', 'it has no devices of its node');
}

function cpuCheck({ row }: Facts, isLive: boolean): MigrationCheck {
  const cpu =
    textOf(row, 'cpu')
      ?.split(',', 1)[0]
      ?.replace(/^cputype=/, '') ?? 'kvm64';
  if (isLive && (cpu === 'host' || cpu === 'max'))
    return check(
      'cpu',
      'warning',
      `its CPU is that of its node (${cpu}): it may stop when the other node has another one`,
    );
  return check('cpu', 'ok', `its CPU is ${cpu}`);
}
