import { dirname } from 'node:path';
import { FleetError } from '../../../errors.ts';
import { type StorageId, storageId } from '../../../ids.ts';
import type { Kept, LossPlan, StorageOps } from '../../contract.ts';
import { refusePlanned, refuseTakenName, usedBy } from '../../lib/listed.ts';
import { type Host, type HostCall, makeWhole, onHost, onListed, readEach } from '../host/host-call.ts';
import { remove, type Switched, switchOff, switchOn } from '../host/switched.ts';
import { uuidText } from '../link/uuid.ts';
import { LibvirtError } from '../rpc/errors.ts';
import { type Procedure, procedures, type StoragePool } from '../rpc/protocol.ts';
import { CHANGE_MS, DONE } from '../vm/guest-call.ts';
import { readPoolXml } from '../xml/pool-xml.ts';
import { type DomainDisk, vmsWith } from './domain-disks.ts';
import { findSecret } from './find-secret.ts';
import { type Need, readNeeds, UNASKED } from './needs.ts';
import { readStorages } from './storages.ts';
import { readVolume, volumesOf } from './volumes.ts';
import { isBuilt, refuseHiding, writePoolXml } from './write-pool.ts';

/** The storage pools of a host. */
export function createStorageOps(host: Host): Required<StorageOps> {
  const { endpoint } = host.place;
  const onPool = <T>(id: StorageId, signal: AbortSignal, work: (call: HostCall, pool: StoragePool) => Promise<T>) =>
    onListed(host, 'storage', procedures.poolByUuid, id, signal, work);

  return {
    list: (of, signal) => onHost(host, of, signal, (call) => readStorages(host, call)),
    create: (_of, spec, signal) =>
      onHost(host, spec.name, signal, async (call) => {
        const { client } = call;
        const others = await readStorages(host, call);
        refuseTakenName('storage', endpoint, others, spec.name);
        // What is wrong with it is said before the host is asked for a secret.
        writePoolXml(spec);
        refuseHiding(spec, others);
        const xml = writePoolXml(spec, await findSecret(call, spec));
        // Waited for also when the caller has given up, so that it can be taken back.
        const options = { deadlineMs: CHANGE_MS };
        const { uuid } = await makeWhole(
          call,
          () => client.call(procedures.definePool, { xml, flags: 0 }, options),
          async (pool) => {
            signal.throwIfAborted();
            if (isBuilt(spec)) await client.call(procedures.buildPool, { pool, flags: 0 }, options);
            await client.call(procedures.setPoolAutostart, { pool, autostart: true }, options);
            signal.throwIfAborted();
            await client.call(procedures.createPool, { pool, flags: 0 }, options);
          },
          (pool) => client.call(procedures.undefinePool, { pool }, options),
        );
        return { ...DONE, id: storageId(endpoint, uuidText(uuid)) };
      }),
    planDelete: (id, { volumes }, signal) =>
      onPool(id, signal, async (call, pool) => (await planOf(host, call, pool, volumes)).plan),
    delete: (id, { volumes }, signal) =>
      onPool(id, signal, async (call, pool) => {
        const { plan, needs } = await planOf(host, call, pool, volumes);
        refusePlanned(plan);
        const kept: Kept[] = [];
        const done = await remove(call, switched(call, pool), async () => {
          for (const { volume, path } of needs) {
            const options = { signal, deadlineMs: CHANGE_MS };
            await call.client.call(procedures.deleteVolume, { volume, flags: 0 }, options).catch((error: unknown) => {
              if (!(error instanceof LibvirtError)) throw error;
              kept.push({ path, why: error.message });
            });
          }
        });
        return { ...done, ...(kept.length > 0 && { kept }) };
      }),
    start: (id, signal) => onPool(id, signal, (call, pool) => switchOn(call, switched(call, pool))),
    stop: (id, signal) =>
      onPool(id, signal, (call, pool) =>
        switchOff(call, pool, switched(call, pool), async () => {
          const { has } = await contentOf(host, call, pool);
          const vms = await vmsWith(call, (disk) => disk.isLive && has(disk));
          if (vms.length > 0) throw new FleetError('op.refused', usedBy(pool.name, vms), { fix: 'stop the VMs first' });
        }),
      ),
    refresh: (id, signal) =>
      onPool(id, signal, async ({ client, change }, pool) => {
        const options = { signal, deadlineMs: CHANGE_MS };
        await change('refresh', () => client.call(procedures.refreshPool, { pool, flags: 0 }, options));
        return DONE;
      }),
  };
}

function switched({ client, signal }: HostCall, pool: StoragePool): Switched {
  const options = { signal, deadlineMs: CHANGE_MS };
  const ask = <R>(procedure: Procedure<{ readonly pool: StoragePool }, R>) => client.call(procedure, { pool }, options);
  return {
    isActive: () => ask(procedures.poolIsActive),
    isPersistent: () => ask(procedures.poolIsPersistent),
    start: () => client.call(procedures.createPool, { pool, flags: 0 }, options),
    stop: () => ask(procedures.destroyPool),
    undefine: () => ask(procedures.undefinePool),
  };
}

interface Content {
  /** Of its volumes, where it is active. */
  readonly paths: readonly string[];
  /** How many volumes there are, those included that can't be read; undefined while it is inactive. */
  readonly count: number | undefined;
  /** Where they are while it is inactive. */
  readonly path: string | undefined;
  readonly isShared: boolean;
  /** Whether this disk is in it: named by it, one of its volumes, a file in its folder, or reached by network where it is. */
  has(disk: DomainDisk): boolean;
}

async function contentOf({ clock }: Host, call: HostCall, pool: StoragePool): Promise<Content> {
  const { client, signal } = call;
  const { path, folder, remote, isShared } = await readPoolXml(
    await client.call(procedures.poolXml, { pool, flags: 0 }, { signal }),
  );
  const isActive = await client.call(procedures.poolIsActive, { pool }, { signal });
  const volumes = isActive ? await volumesOf(call, pool) : [];
  const each = await readEach(volumes, clock, (volume) => readVolume(call, volume));
  const paths = each.flatMap(({ read }) => read?.path ?? []);
  const own = new Set(paths);
  return {
    paths,
    count: isActive ? volumes.length : undefined,
    path,
    isShared,
    has: (disk) =>
      disk.volume?.pool === pool.name ||
      (remote !== undefined && disk.remote?.startsWith(remote)) ||
      (disk.path !== undefined && (own.has(disk.path) || dirname(disk.path) === folder)),
  };
}

/** `needs` are the volumes that go. */
async function planOf(
  host: Host,
  call: HostCall,
  pool: StoragePool,
  withVolumes: boolean,
): Promise<{ readonly plan: LossPlan; readonly needs: readonly Need[] }> {
  const { name } = pool;
  const needs = withVolumes ? await readNeeds(host, call, (volume) => volume.pool === name) : [];
  const { paths, count, path, isShared, has } = await contentOf(host, call, pool);
  const vms = await vmsWith(call, has);
  const unread = count === undefined ? `${name} is not active` : `some volumes of ${name} can't be read`;
  const refused =
    vms.length > 0
      ? usedBy(name, vms)
      : withVolumes && count !== needs.length
        ? `${unread}: what would be deleted is not known`
        : needs.find(({ why }) => why !== undefined)?.why;
  const inside = count === undefined ? [`what is in ${path ?? name}`] : paths;
  const plan: LossPlan = {
    goes: [`the definition of ${name}`, ...needs.map((need) => `${need.path}${isShared ? UNASKED : ''}`)],
    stays: withVolumes ? [] : inside,
    ...(refused !== undefined && { refused }),
  };
  return { plan, needs };
}
