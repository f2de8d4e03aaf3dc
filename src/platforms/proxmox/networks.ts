/**
 * What a NIC can be plugged into: the bridges of each node, of GET /nodes/{node}/network (PVE::API2::Network), and the virtual
 * networks of the whole cluster (vnets.ts).
 */
import { sentence } from '../../errors.ts';
import { networkId, nodeId } from '../../ids.ts';
import type { Network } from '../contract.ts';
import { asRows, type Row, textOf } from '../lib/json.ts';
import { inOrder, type ListContext, troubleNow, wordsOf } from './catalog.ts';
import { readResources } from './guests.ts';
import { flagOf, numberOf } from './json.ts';
import { placePath, readEach } from './read-each.ts';
import { BARE_NETWORK, listVnets } from './vnets.ts';

/** Shorter than the list may take: a node that does not answer must not cost the others. */
const NODE_MS = 8_000;

/**
 * One request for the nodes, one for each node that is online, and those of vnets.ts. A node that could not be read is a row
 * with that trouble. Rejects as `readEach` does.
 */
export async function listNetworks(context: ListContext, signal: AbortSignal): Promise<readonly Network[]> {
  const [bridges, vnets] = await Promise.all([listBridges(context, signal), listVnets(context, signal)]);
  return inOrder([...bridges, ...vnets], ({ id }) => id);
}

async function listBridges(context: ListContext, signal: AbortSignal): Promise<readonly Network[]> {
  const { api, cluster } = context;
  const query = { type: 'node' };
  const nodes = [
    ...readResources(await api.get('/cluster/resources', { signal, subject: cluster, query })).nodes.values(),
  ];
  const parts = await readEach(
    nodes.filter(({ online }) => online),
    signal,
    async ({ name }) => {
      const path = `${placePath('nodes', name)}/network`;
      return asRows(await api.get(path, { signal, subject: name, deadlineMs: NODE_MS }), name);
    },
  );
  return [
    ...nodes.flatMap(({ name, online }) => (online ? [] : [unreadRow(context, name, 'it is offline')])),
    ...parts.flatMap(({ part, value, error }) =>
      error ? [unreadRow(context, part.name, sentence(error))] : bridgesOf(context, part.name, value),
    ),
  ];
}

/** `bridge`, `OVSBridge`; ports, bonds and VLAN devices are below one or of no use to a guest. */
const isBridge = (row: Row): boolean => /bridge/i.test(textOf(row, 'type') ?? '');

function bridgesOf(context: ListContext, node: string, rows: readonly Row[]): readonly Network[] {
  // ports of the node itself, behind which is no other network
  const internal = new Set(rows.filter((row) => row['type'] === 'OVSIntPort').map((row) => textOf(row, 'iface')));
  return rows.filter(isBridge).flatMap((row) => {
    const name = textOf(row, 'iface');
    if (name === undefined) return [unreadRow(context, node, 'one of its bridges has no name')];
    const ports = wordsOf(textOf(row, 'bridge_ports') ?? textOf(row, 'ovs_ports'));
    return [
      {
        ...BARE_NETWORK,
        id: networkId(context.endpoint, `${node}/${name}`),
        name,
        type: textOf(row, 'type') ?? 'bridge',
        // whether one without ports is routed, or has NAT, is written in no field
        mode: ports.some((port) => port !== 'none' && !internal.has(port)) ? 'bridge' : undefined,
        node: nodeId(context.endpoint, node),
        active: flagOf(row, 'active'),
        // the node's own addresses in it, with the length of their prefix
        cidrs: [textOf(row, 'cidr'), textOf(row, 'cidr6')].filter((cidr) => cidr !== undefined),
        device: name,
        mtu: numberOf(row, 'mtu'),
      },
    ];
  });
}

const unreadRow = (context: ListContext, node: string, why: string): Network => ({
  ...BARE_NETWORK,
  id: networkId(context.endpoint, `${node}/`),
  name: `(networks of ${node})`,
  node: nodeId(context.endpoint, node),
  trouble: troubleNow(context, `not read: ${why}`),
  unread: true,
});
