/** Where a new guest is made: its node, the storages of its disks, the bridges of its NICs. */
import { FleetError } from '../../../errors.ts';
import { asRows, textOf } from '../../lib/json.ts';
import { refused } from '../../lib/spec-values.ts';
import type { Api } from '../api.ts';
import type { Catalog } from '../catalog.ts';
import type { MakeSpec } from '../form/spec.ts';
import { memoryFree } from '../guests.ts';
import { placePath } from '../read-each.ts';
import type { Source } from './source.ts';

/** The one that is named, that of the image or of a storage, else the one with most memory free. Throws node.not-found. */
export function chooseNode({ resources, storages }: Catalog, spec: MakeSpec, source: Source): string {
  const nodes = [...resources.nodes.values()];
  if (spec.node !== '') {
    const named = resources.nodes.get(spec.node);
    if (!named) throw new FleetError('node.not-found', `there is no node ${JSON.stringify(spec.node)}`);
    if (!named.online) throw new FleetError('op.conflict', `${spec.node} is offline`);
    return spec.node;
  }
  if (source.kind === 'template') return source.guest.node;
  const own = source.kind === 'nothing' ? undefined : source.entry.storage.node;
  if (own !== undefined) return own;
  for (const { storage } of spec.disks) {
    const called = storages.filter(({ key, name }) => storage !== '' && (key === storage || name === storage));
    if (called.length === 1 && called[0]?.node !== undefined) return called[0].node;
  }
  const free = nodes
    .filter(({ online }) => online)
    .toSorted((a, b) => memoryFree(b) - memoryFree(a) || a.name.localeCompare(b.name, 'en'));
  const [best] = free;
  if (best) return best.name;
  throw refused('no node of the cluster is online, or this login may see none', 'name one: node');
}

/** Bridges of a node, and virtual networks that are applied there, by name; one request. */
export async function readBridges(api: Api, node: string, signal: AbortSignal): Promise<readonly string[]> {
  const path = placePath('nodes', node, 'network');
  const rows = asRows(await api.get(path, { signal, subject: node, query: { type: 'any_bridge' } }), node);
  return rows
    .flatMap((row) => textOf(row, 'iface') ?? [])
    .toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** The bridge that is meant: `vmbr0`, `pve1/vmbr0`; `default` is the first. Throws network.not-found. */
export function bridgeOf(bridges: readonly string[], node: string, network: string): string {
  const name = network.startsWith(`${node}/`) ? network.slice(node.length + 1) : network;
  if (bridges.includes(name)) return name;
  const [first] = bridges;
  if (network === 'default' && first !== undefined) return first;
  throw new FleetError('network.not-found', `${node} has no bridge or virtual network ${JSON.stringify(network)}`, {
    fix: `it has ${bridges.join(', ') || 'none'}`,
  });
}
