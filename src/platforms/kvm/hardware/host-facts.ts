/** What a host is made of, as its capabilities say it (https://libvirt.org/formatcaps.html). */

import { refused } from '../../lib/spec-values.ts';
import { attribute, child, childrenOf, textAt } from '../../transport/xml.ts';
import type { Capabilities } from '../host/host.ts';
import type { HostCall } from '../host/host-call.ts';
import { procedures } from '../rpc/protocol.ts';
import { readDocument } from '../xml/document.ts';

export interface HostFacts {
  readonly cpus: ReadonlySet<number>;
  readonly nodes: ReadonlySet<number>;
  /** Sizes of its pages in bytes -> how many of them it has set aside. The smallest are the usual ones. */
  readonly pages: ReadonlyMap<number, number>;
  /** Types of guests that it runs, by their architecture. */
  readonly guests: ReadonlyMap<string, readonly string[]>;
}

export async function readHostFacts({ client, signal }: HostCall): Promise<HostFacts> {
  const root = await readDocument(await client.call(procedures.capabilities, undefined, { signal }), 'capabilities');
  const host = child(root, 'host');
  const cells = childrenOf(child(child(host, 'topology'), 'cells'), 'cell');
  const pages = new Map<number, number>();
  for (const page of [
    ...childrenOf(child(host, 'cpu'), 'pages'),
    ...cells.flatMap((cell) => childrenOf(cell, 'pages')),
  ]) {
    const size = Number(attribute(page, 'size')) * 1024;
    pages.set(size, (pages.get(size) ?? 0) + Number(page.text || 0));
  }
  const ids = (of: readonly Parameters<typeof attribute>[0][]) =>
    new Set(of.map((one) => Number(attribute(one, 'id'))));
  const guests = childrenOf(root, 'guest').flatMap((guest) => {
    const arch = child(guest, 'arch');
    const types = childrenOf(arch, 'domain').flatMap((domain) => attribute(domain, 'type') ?? []);
    return textAt(guest, 'os_type') === 'hvm' ? [[attribute(arch, 'name') ?? '', types] as const] : [];
  });
  return {
    cpus: ids(cells.flatMap((cell) => childrenOf(child(cell, 'cpus'), 'cpu'))),
    nodes: ids(cells),
    pages,
    guests: new Map(guests),
  };
}

/** The capabilities for guests of another architecture; '' is the host's own. Throws op.refused for one that it has none of. */
export async function capabilitiesFor(call: HostCall, own: Capabilities, arch: string): Promise<Capabilities> {
  if (arch === '' || arch === own.arch) return own;
  const { guests } = await readHostFacts(call);
  const domainTypes = guests.get(arch);
  if (!domainTypes)
    throw refused(
      `the host has no guests of the architecture ${JSON.stringify(arch)}`,
      `it has ${[...guests.keys()].join(', ')}`,
    );
  return { ...own, arch, domainTypes };
}
