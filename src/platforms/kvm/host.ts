import { XMLParser } from 'fast-xml-parser';
import { type EndpointName, nodeId } from '../../ids.ts';
import { kib } from '../../units.ts';
import type { Node } from '../contract.ts';
import type { RpcClient } from './rpc/client.ts';
import { procedures } from './rpc/protocol.ts';

/** The host as it was when the connection was made. */
export interface HostFacts {
  readonly node: Node;
  readonly capabilities: Capabilities;
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

/** What the first calls on a connection tell; all sent at once. */
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
  const capabilities = readCapabilities(xml);
  return {
    capabilities,
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
const versionText = (packed: number): string =>
  `${Math.floor(packed / 1e6)}.${Math.floor(packed / 1e3) % 1e3}.${packed % 1e3}`;

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  isArray: (name) => name === 'guest' || name === 'domain',
});

interface CapabilitiesXml {
  readonly capabilities?: {
    readonly host?: {
      readonly uuid?: string;
      readonly cpu?: { readonly arch?: string; readonly model?: string; readonly vendor?: string };
    };
    readonly guest?: readonly {
      readonly arch?: { readonly name?: string; readonly domain?: readonly { readonly type?: string }[] };
    }[];
  };
}

export function readCapabilities(xml: string): Capabilities {
  const { host, guest = [] } = (parser.parse(xml) as CapabilitiesXml).capabilities ?? {};
  const arch = host?.cpu?.arch;
  const own = guest.filter((one) => arch === undefined || one.arch?.name === arch);
  return {
    uuid: host?.uuid,
    arch,
    cpuModel: host?.cpu?.model,
    cpuVendor: host?.cpu?.vendor,
    domainTypes: own.flatMap((one) => one.arch?.domain?.flatMap(({ type }) => type ?? []) ?? []),
  };
}
