/** Moves of servers between hosts: live, cold, and away from a host that is down. For administrators, as nova has it. */
import { FleetError } from '../../../errors.ts';
import { nativeOf } from '../../../ids.ts';
import type {
  MigrateSpec,
  MigrationCheck,
  MigrationOps,
  MigrationPlan,
  MigrationTarget,
  Warning,
} from '../../contract.ts';
import { type Row, textOf } from '../../lib/json.ts';
import { notPassedOn, refuseFailed } from '../../lib/migration.ts';
import { unlessRefused } from '../../lib/unless-refused.ts';
import { rowIn } from '../json.ts';
import { readHypervisors } from '../places.ts';
import type { Project } from '../project.ts';
import { onServer, type ServerCall } from '../server-call.ts';

/** A disk and a memory go over the network. */
const MOVE_MS = 900_000;

interface Host {
  /** As hypervisors are called, and the service on them, which nova wants to be told. */
  readonly hypervisor: string;
  readonly service: string;
  readonly isUp: boolean;
  readonly isEnabled: boolean;
}

export function createMigration(project: Project): Required<MigrationOps> {
  const { calls, cloud, nova } = project;

  async function hostsOf(signal: AbortSignal): Promise<readonly Host[]> {
    const rows = await unlessRefused(readHypervisors(nova, cloud, signal));
    if (rows) return rows.map(hostOf);
    throw new FleetError('auth.forbidden', 'servers are moved by administrators of the cloud alone', {
      fix: 'log in with a role that may see hypervisors',
    });
  }

  return {
    planMigrate: (id, targets, spec, signal) =>
      onServer(calls, id, signal, async (call) => {
        const hosts = await hostsOf(signal);
        return targets.map((target) => planFor(call, hosts, target, spec));
      }),
    migrate: (id, target, spec, signal) =>
      onServer(calls, id, signal, async (call) => {
        const hosts = await hostsOf(signal);
        const plan = planFor(call, hosts, target, spec);
        refuseFailed(call.name, plan, spec.despite);
        const accepted = await move(call, hosts, hostNamed(hosts, target)?.service, plan.live);
        return { ...accepted, id, warnings: warningsOf(spec, plan), takesUpToMs: MOVE_MS };
      }),
  };
}

const hostOf = (row: Row): Host => {
  const hypervisor = textOf(row, 'hypervisor_hostname') ?? '';
  return {
    hypervisor,
    service: textOf(rowIn(row, 'service'), 'host') ?? hypervisor,
    isUp: textOf(row, 'state') === 'up',
    isEnabled: textOf(row, 'status') === 'enabled',
  };
};

const hostNamed = (hosts: readonly Host[], { node }: MigrationTarget): Host | undefined =>
  hosts.find(({ hypervisor }) => node !== undefined && nativeOf(node) === `host/${hypervisor}`);

function planFor(call: ServerCall, hosts: readonly Host[], target: MigrationTarget, spec: MigrateSpec): MigrationPlan {
  const { server, state } = call;
  const live = spec.live && state === 'running';
  const home = hosts.find(({ hypervisor }) => hypervisor === server.hypervisor);
  return {
    node: target.node,
    checks: [
      ...nodeChecks(server.hypervisor, hosts, target),
      vmCheck(call, home?.isUp !== false),
      elsewhere(target, spec),
      ...notPassedOn('nova', spec),
    ]
      .filter((check) => check !== undefined)
      .toSorted((a, b) => Number(b.level === 'error') - Number(a.level === 'error')),
    copies: [],
    live,
  };
}

const final = (name: string, text: string): MigrationCheck => ({ name, level: 'error', text, final: true });

function nodeChecks(
  now: string | undefined,
  hosts: readonly Host[],
  target: MigrationTarget,
): readonly MigrationCheck[] {
  if (target.node === undefined) return [{ name: 'node', level: 'ok', text: "nova's scheduler chooses the host" }];
  const host = hostNamed(hosts, target);
  if (!host) return [final('node', 'it is no hypervisor of this cloud')];
  if (host.hypervisor === now) return [final('node', 'the server is there already')];
  if (!host.isUp) return [final('node', `${host.hypervisor} is down`)];
  if (host.isEnabled) return [{ name: 'node', level: 'ok', text: `${host.hypervisor} is up` }];
  return [{ name: 'node', level: 'error', text: `${host.hypervisor} is disabled for new servers` }];
}

function vmCheck({ server, state }: ServerCall, isHomeUp: boolean): MigrationCheck {
  const { taskState, vmState = '' } = server;
  if (taskState !== undefined) return final('vm', `it is busy (${taskState}): wait until that is done`);
  if (vmState === 'resized') return final('vm', 'its last move waits to be confirmed or reverted');
  if (server.locked) return final('vm', 'it is locked: unlock it first');
  if (!isHomeUp)
    return { name: 'vm', level: 'warning', text: 'its host is down: it is evacuated, and its memory is lost' };
  if (state === 'running') return { name: 'vm', level: 'ok', text: 'it runs' };
  if (state === 'paused') return { name: 'vm', level: 'ok', text: 'it is paused' };
  if (state === 'stopped' && vmState === 'stopped')
    return {
      name: 'vm',
      level: 'warning',
      text: 'it is off: nova moves it, and waits for a word then (confirm resize)',
    };
  return final('vm', `nova moves no server that is ${vmState || state}`);
}

function elsewhere({ peer }: MigrationTarget, { storage }: MigrateSpec): MigrationCheck | undefined {
  if (peer) return final('platform', 'nova moves servers within one cloud alone');
  return storage === '' ? undefined : final('storage', 'nova chooses where disks are: leave the storage out');
}

async function move(call: ServerCall, hosts: readonly Host[], host: string | undefined, live: boolean) {
  const home = hosts.find(({ hypervisor }) => hypervisor === call.server.hypervisor);
  const to = host === undefined ? {} : { host };
  // Nova takes it with a 200 that says nothing more (2.14).
  if (home?.isUp === false) return call.act('Evacuate', { evacuate: to }, { mayBeEmpty: true });
  if (live) return call.act('Migrate', { 'os-migrateLive': { host: host ?? null, block_migration: 'auto' } });
  return call.act('Migrate', { migrate: host === undefined ? null : to });
}

function warningsOf({ live, limit }: MigrateSpec, plan: MigrationPlan): readonly Warning[] {
  const details = [
    limit !== undefined && 'nova takes no limit: its own settings say how fast it copies',
    live && !plan.live && 'it does not run: it is moved cold, and waits to be confirmed then',
  ];
  return details.flatMap((detail) => (detail ? [{ feature: 'vm.migrate', detail }] : []));
}
