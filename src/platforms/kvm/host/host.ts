import { type EndpointName, nodeId } from '../../../ids.ts';
import { kib } from '../../../units.ts';
import type { Node } from '../../contract.ts';
import { attribute, child, childrenOf, textAt } from '../../transport/xml.ts';
import { normalizeError } from '../link/normalize-error.ts';
import type { RpcClient } from '../rpc/client.ts';
import { procedures } from '../rpc/protocol.ts';
import { readDocument } from '../xml/document.ts';

/** The host as it was when the connection was made. */
export interface HostFacts {
  readonly node: Node;
  readonly capabilities: Capabilities;
  /** Its version, packed as libvirt does it. */
  readonly libvirt: number;
  readonly cpu: {
    readonly model: string;
    readonly mhz: number;
    readonly sockets: number;
    readonly cores: number;
    readonly threads: number;
  };
}

export interface Capabilities {
  readonly uuid: string | undefined;
  readonly arch: string | undefined;
  readonly cpuModel: string | undefined;
  readonly cpuVendor: string | undefined;
  /** Kinds of domains that guests can be, for the host's own architecture: `kvm`, `qemu`, `test`. */
  readonly domainTypes: readonly string[];
}

/** What the first calls on a connection return; all sent at once. */
export async function readHost(
  poll: RpcClient,
  endpoint: EndpointName,
  address: string,
  signal: AbortSignal,
): Promise<HostFacts> {
  const options = { signal };
  const [hostname, info, type, version, library, xml] = await Promise.all([
    poll.call(procedures.hostname, undefined, options),
    poll.call(procedures.nodeInfo, undefined, options),
    poll.call(procedures.type, undefined, options),
    poll.call(procedures.version, undefined, options),
    poll.call(procedures.libraryVersion, undefined, options),
    poll.call(procedures.capabilities, undefined, options),
  ]);
  const capabilities = await readCapabilities(xml).catch((error: unknown) => {
    throw normalizeError(error, `the capabilities of ${hostname}`);
  });
  return {
    capabilities,
    libvirt: library,
    cpu: {
      model: info.model,
      mhz: info.mhz,
      sockets: info.sockets * info.cells,
      cores: info.cores,
      threads: info.threads,
    },
    node: {
      // The test driver has no uuid: there the name must do.
      id: nodeId(endpoint, capabilities.uuid ?? hostname),
      name: hostname,
      pool: undefined,
      state: 'up',
      address,
      cpus: info.cpus,
      memory: kib(info.memoryKib),
      version: `${type} ${versionText(version)}, libvirt ${versionText(library)}`,
    },
  };
}

/** libvirt packs a version as major * 1,000,000 + minor * 1,000 + release. */
export const versionText = (packed: number): string =>
  `${Math.floor(packed / 1e6)}.${Math.floor(packed / 1e3) % 1e3}.${packed % 1e3}`;

/** Rejects with XmlError. */
export async function readCapabilities(xml: string): Promise<Capabilities> {
  const root = await readDocument(xml, 'capabilities');
  const host = child(root, 'host');
  const arch = textAt(host, 'cpu', 'arch');
  const guests = childrenOf(root, 'guest').map((guest) => child(guest, 'arch'));
  const own = guests.filter((guest) => arch === undefined || attribute(guest, 'name') === arch);
  return {
    uuid: textAt(host, 'uuid'),
    arch,
    cpuModel: textAt(host, 'cpu', 'model'),
    cpuVendor: textAt(host, 'cpu', 'vendor'),
    domainTypes: own.flatMap((guest) =>
      childrenOf(guest, 'domain').flatMap((domain) => attribute(domain, 'type') ?? []),
    ),
  };
}
