import { nativeOf } from '../../ids.ts';
import type { Connection, Context, Endpoint, VmOps } from '../contract.ts';
import { lacking } from '../lib/listed.ts';
import { createHttp } from '../transport/http/http.ts';
import { createRest } from '../transport/http/rest.ts';
import { targetName } from '../transport/http/target.ts';
import { absences, NO_NETWORKS, NO_STORAGES } from './absences.ts';
import { addressOf } from './address.ts';
import { createApi } from './api.ts';
import { createBackupOps } from './backup/backups.ts';
import type { ListContext } from './catalog.ts';
import { isAtLeast, readCluster } from './cluster.ts';
import { createDisplay, createSerial, createShell } from './console.ts';
import { createDiskOps } from './disk/disk-ops.ts';
import { createGroupOps } from './firewall/groups.ts';
import { createRuleOps } from './firewall/rules.ts';
import type { GuestCalls } from './guest-call.ts';
import { readIdentity } from './identity.ts';
import { listImages } from './images.ts';
import { createGuestIndex } from './index-of-guests.ts';
import { readInfo } from './info.ts';
import { createLifecycle } from './lifecycle.ts';
import { createLogin } from './login.ts';
import { createClone } from './make/clone.ts';
import { createMake, type Maker } from './make/create.ts';
import { createVmids } from './make/vmids.ts';
import { createMigration } from './migrate/migrate.ts';
import { listNetworks } from './networks.ts';
import { createNicOps } from './nic/nic-ops.ts';
import { readNodeInfo } from './node-info.ts';
import { missingRight, readPermissions } from './rights.ts';
import { createSnapshotOps } from './snapshot/snapshot-ops.ts';
import { downloadImage } from './storage/download.ts';
import { createRemoval } from './storage/removal.ts';
import { createVolumeOps } from './storage/volume-ops.ts';
import { listStorages } from './storages.ts';
import { createExport } from './templates/export.ts';
import { createImageRemoval } from './templates/template-images.ts';
import { createDelete } from './vm/delete.ts';
import { readHistory } from './vm/history.ts';
import { createSettings } from './vm/settings.ts';
import { listVolumes } from './volumes.ts';
import { watchCluster } from './watch.ts';

/** What it has of groups that it has not whole. */
const HAS = ['storage.list', 'volume.list', 'volume.planDelete', 'volume.delete', 'network.list'] as const;
const AT_NODE = ['node.info', 'node.shell', 'console.serial', 'console.display'] as const;

/** A cluster, connected: logged in, with a name. Each kind of request has connections of its own, so that none waits for others. */
export async function connect(endpoint: Endpoint, context: Context): Promise<Connection> {
  const { clock, wire, ask, signal } = context;
  const { target, identity } = addressOf(endpoint);
  const closing = new AbortController();
  const open = (channel: string) => createHttp({ target, endpoint: endpoint.name, clock, wire, channel });
  const https = { control: open('control'), poll: open('poll'), details: open('details'), lists: open('lists') };
  const login = createLogin({ http: https.control, clock, ask, identity, signal: closing.signal });
  const apiOf = (channel: keyof typeof https) => createApi(createRest({ http: https[channel], clock, login }));
  const api = apiOf('control');
  const shut = () => {
    closing.abort();
    for (const http of Object.values(https)) http.close();
  };

  const [cluster, permissions] = await Promise.all([
    readCluster(api, endpoint.name, targetName(target), signal),
    readPermissions(api, targetName(target), signal),
  ]).catch((error: unknown) => {
    shut();
    throw error;
  });
  const index = createGuestIndex(api, cluster.name);
  let onTouched = (_key: string): void => {};
  const calls: GuestCalls = { api, clock, index, touched: (key) => onTouched(key) };
  const lists: ListContext = {
    api: apiOf('lists'),
    clock,
    endpoint: endpoint.name,
    cluster: cluster.name,
    permissions,
  };
  const maker: Maker = { lists, api, clock, vmids: createVmids(api), touched: calls.touched };
  const removal = createDelete(calls, lists);
  const terminals = { http: https.control, clock, login, api, closed: closing.signal };

  const info: VmOps['info'] = (id, infoSignal) => readInfo(calls, id, infoSignal);

  return {
    vm: {
      info: (id, infoSignal) => readInfo(calls, id, infoSignal, true),
      history: (id, range, historySignal) => readHistory(calls, id, range, historySignal),
      identity: (id, identitySignal) => readIdentity(calls, id, identitySignal),
      ...createLifecycle(calls, isAtLeast(cluster.version, 8, 2)),
      create: createMake(maker),
      clone: createClone(calls, maker),
      export: createExport(calls, maker),
      ...removal,
      ...createMigration(calls, lists),
      ...createSettings(calls),
    },
    snapshot: createSnapshotOps(calls),
    disk: createDiskOps({ calls, lists, info }),
    nic: createNicOps({ calls, lists, info }),
    storage: { list: (_of, listSignal) => listStorages(lists, listSignal) },
    volume: {
      list: (_of, listSignal) => listVolumes(lists, listSignal),
      ...createVolumeOps(lists, api),
      ...createRemoval('volume', lists, api),
    },
    network: { list: (_of, listSignal) => listNetworks(lists, listSignal) },
    image: {
      list: (_of, listSignal) => listImages(lists, listSignal),
      create: (_of, spec, createSignal) => downloadImage(lists, api, spec, createSignal),
      ...createImageRemoval(createRemoval('image', lists, api), index, removal),
    },
    backup: createBackupOps(calls, maker),
    securitygroup: createGroupOps(lists, api),
    securityrule: createRuleOps(lists, api),
    console: { serial: createSerial(calls, terminals), display: createDisplay(calls, terminals) },
    node: {
      async info(id, infoSignal) {
        await index.node(nativeOf(id), infoSignal);
        return readNodeInfo(api, nativeOf(id), infoSignal);
      },
      shell: createShell(terminals, index.node),
    },
    whyNot: {
      ...lacking(
        'log in to its node for that: the API has no such page below nodes/{node}',
        ['node', 'console'],
        AT_NODE,
      ),
      ...lacking(NO_STORAGES, ['storage'], HAS),
      ...lacking(NO_NETWORKS, ['network'], HAS),
      ...absences,
    },
    right: (operation, id) => missingRight(permissions, operation, id),
    async watch(options) {
      const listen = (touched: (key: string) => void) => {
        onTouched = touched;
      };
      const poll = apiOf('poll');
      const details = apiOf('details');
      const ended = AbortSignal.any([options.signal, closing.signal]);
      if (ended.aborted) return;
      await watchCluster({ poll, details, clock, cluster, index, onTouched: listen }, { ...options, signal: ended });
    },
    async close() {
      shut();
    },
  };
}
