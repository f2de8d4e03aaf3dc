/** Guests go to another node of the cluster: POST …/migrate, which begins a task. */
import { endpointOf, nativeOf } from '../../../ids.ts';
import type { MigrateSpec, MigrationOps } from '../../contract.ts';
import { asRow, asRows } from '../../lib/json.ts';
import { plansFor, refuseFailed } from '../../lib/migration.ts';
import { type ListContext, readCatalog } from '../catalog.ts';
import { type GuestCall, type GuestCalls, onGuest } from '../guest-call.ts';
import { readGuestConfig } from '../guest-config.ts';
import { type Facts, planTo } from './plan.ts';

/** Some hundred GiB over a slow network. */
const TAKES_MS = 7_200_000;

export function createMigration(
  calls: GuestCalls,
  lists: ListContext,
): Required<Pick<MigrationOps, 'planMigrate' | 'migrate'>> {
  return {
    planMigrate: (id, targets, spec, signal) =>
      onGuest(calls, id, signal, async (call) => {
        const facts = await readFacts(lists, call, endpointOf(id));
        return plansFor(targets, async (target) => planTo(facts, target, spec), signal);
      }),
    migrate: (id, target, spec, signal) =>
      onGuest(calls, id, signal, async (call) => {
        const plan = planTo(await readFacts(lists, call, endpointOf(id)), target, spec);
        refuseFailed(call.name, plan, spec.despite);
        const node = plan.node === undefined ? '' : nativeOf(plan.node);
        const accepted = await call.task('post', '/migrate', formOf(call, node, spec, plan.copies.length > 0));
        return { ...accepted, takesUpToMs: TAKES_MS, id };
      }),
  };
}

/** Four requests, whatever the number of targets. */
async function readFacts(lists: ListContext, call: GuestCall, endpoint: string): Promise<Facts> {
  const { guest, name, signal } = call;
  const [config, preconditions, snapshots, catalog] = await Promise.all([
    call.get('/config'),
    call.get('/migrate'),
    call.get('/snapshot'),
    readCatalog(lists, signal),
  ]);
  const row = asRow(config, name);
  return {
    endpoint,
    call,
    row,
    config: readGuestConfig(row, guest.kind, guest.vmid),
    preconditions: asRow(preconditions, name),
    catalog,
    hasSnapshots: asRows(snapshots, name).length > 1,
  };
}

function formOf({ guest, current }: GuestCall, target: string, { live, storage, limit }: MigrateSpec, copies: boolean) {
  const isOn = current.status === 'running';
  const shared = { target, ...(limit !== undefined && { bwlimit: String(Math.max(1, Math.floor(limit / 1024))) }) };
  if (guest.kind === 'lxc')
    return { ...shared, ...(isOn && { restart: '1' }), ...(storage !== '' && { 'target-storage': storage }) };
  return {
    ...shared,
    ...(isOn && live && { online: '1' }),
    ...(isOn && copies && { 'with-local-disks': '1' }),
    ...(storage !== '' && copies && { targetstorage: storage }),
  };
}
