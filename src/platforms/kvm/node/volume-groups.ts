/** Volume groups of LVM that a host has, also those that are no storage. */
import type { EndpointName } from '../../../ids.ts';
import { bytes, formatBytes } from '../../../units.ts';
import type { NodeInfo } from '../../contract.ts';
import { shellWord } from '../../lib/take-back.ts';
import { attribute, textAt, XmlError } from '../../transport/xml.ts';
import type { RpcClient } from '../rpc/client.ts';
import { procedures, type StoragePool } from '../rpc/protocol.ts';
import { unlessGone } from '../vm/guest.ts';
import { readDocument } from '../xml/document.ts';

export const SECTION = 'Volume groups';

/**
 * Root's programs are in no user's path. Names of groups have no slash. With --readonly it waits for no lock of LVM (lvm(8)); a disk
 * that does not answer would hold up all else that is asked in the same call.
 */
export const GROUPS_SCRIPT =
  'PATH=$PATH:/usr/sbin:/sbin timeout 5 vgs --readonly --noheadings --nosuffix --units b --separator / -o vg_name,vg_size,vg_free 2>/dev/null';

type Line = NodeInfo['lines'][number];

/** Lines of vgs: `vg0/62914560/62914560`. */
export const readGroups = (lines: readonly string[]): readonly Line[] =>
  lines.flatMap((line): readonly Line[] => {
    const [, name, size, free] = /^([^/\s]+)\/(\d+)\/(\d+)$/.exec(line) ?? [];
    return name === undefined
      ? []
      : [[SECTION, name, `${formatBytes(bytes(Number(free)))} free of ${formatBytes(bytes(Number(size)))}`]];
  });

/** The names of the storages by the groups that they are. */
export async function storagesOfGroups(
  client: RpcClient,
  pools: readonly StoragePool[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const found = await Promise.all(
    pools.map(async (pool) => {
      const xml = await client.call(procedures.poolXml, { pool, flags: 0 }, { signal }).catch(unlessGone(undefined));
      const document = xml === undefined ? undefined : await readDocument(xml, 'pool').catch(unlessBroken);
      if (!document || attribute(document, 'type') !== 'logical') return [];
      return [[textAt(document, 'source', 'name') ?? pool.name, pool.name] as const];
    }),
  );
  return new Map(found.flat());
}

/** The list of storages says what is wrong with it. */
function unlessBroken(error: unknown): undefined {
  if (!(error instanceof XmlError)) throw error;
}

/** Says which storage a group is, or how it becomes one. Hosts also see groups that guests have made in their disks. */
export const withStorage = (
  [section, name, room]: Line,
  storages: ReadonlyMap<string, string>,
  endpoint: EndpointName,
): Line => {
  const storage = storages.get(name);
  const word = shellWord(name);
  const create = `drover storage create ${word} --type lvm --path ${word} -C ${shellWord(endpoint)}`;
  const how = `no storage; if it is in no disk of a VM: ${create}`;
  return [section, name, `${room}, ${storage === undefined ? how : `storage ${storage}`}`];
};
