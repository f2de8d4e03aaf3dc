import { storageId } from '../../../ids.ts';
import type { Storage } from '../../contract.ts';
import { type Host, type HostCall, readEach } from '../host/host-call.ts';
import { uuidText } from '../link/uuid.ts';
import { POOLS } from '../rpc/flags.ts';
import { procedures } from '../rpc/protocol.ts';
import { readPoolXml } from '../xml/pool-xml.ts';

/**
 * The storage pools of a host, active or not: two lists, and the XML of each. libvirt does not report whether other hosts
 * use the same pool, nor what it is for.
 */
export async function readStorages({ place, clock }: Host, { client, signal }: HostCall): Promise<readonly Storage[]> {
  const list = (flags: number) => client.call(procedures.listPools, { needResults: true, flags }, { signal });
  const [all, active] = await Promise.all([list(0), list(POOLS.active)]);
  const running = new Set(active.pools.map(({ uuid }) => uuidText(uuid)));
  const each = await readEach(all.pools, clock, async (pool) =>
    readPoolXml(await client.call(procedures.poolXml, { pool, flags: 0 }, { signal })),
  );
  return each.map(({ one: { name, uuid }, read, trouble }) => ({
    id: storageId(place.endpoint, uuidText(uuid)),
    name,
    type: read?.type ?? 'unknown',
    node: place.node,
    shared: undefined,
    active: running.has(uuidText(uuid)),
    size: read?.size,
    used: read?.used,
    path: read?.path,
    ...(read?.source !== undefined && { source: read.source }),
    ...(read && read.hosts.length > 0 && { hosts: read.hosts }),
    content: [],
    ...trouble,
  }));
}
