import { systemClock } from '../../../clock.ts';
import { endpointName, nodeId } from '../../../ids.ts';
import type { Host } from '../host/host-call.ts';
import type { HostFiles } from '../host/host-files.ts';
import { VIR_ERR } from '../rpc/errors.ts';
import { type DomainSnapshot, type Procedure, procedures } from '../rpc/protocol.ts';
import { createScriptedClient, libvirtNo, type ScriptedClient } from './scripted-client.ts';

export const ENDPOINT = endpointName('a');
const bytesOf = (number: number): Buffer => Buffer.alloc(16, number);
/** `01010101-0101-…` */
export const uuidOf = (number: number): string => {
  const pair = String(number).padStart(2, '0');
  return [4, 2, 2, 2, 6].map((length) => pair.repeat(length)).join('-');
};

export interface ScriptedHost extends ScriptedClient {
  readonly host: Host;
  readonly signal: AbortSignal;
  /** What was sent to change something: the procedure, and what of. */
  readonly sent: readonly string[];
}

export interface HostWords {
  /** By name, with the XML: the uuid is 01…, 02… in this order. Undefined where libvirt refuses to return it. */
  readonly pools?: Readonly<Record<string, string | undefined>>;
  readonly inactive?: readonly string[];
  /** Without a saved definition. */
  readonly transient?: readonly string[];
  /** Name of the pool -> name of the volume -> its XML. Where the pool is missing, its volumes can't be listed. */
  readonly volumes?: Readonly<Record<string, Readonly<Record<string, string | undefined>>>>;
  readonly networks?: Readonly<Record<string, string | undefined>>;
  /** By name, their devices, or `no XML`; those of `running` run. */
  readonly domains?: Readonly<Record<string, string | undefined>>;
  readonly running?: readonly string[];
  /** Of a domain: the devices that its one snapshot has. */
  readonly snapshots?: Readonly<Record<string, string>>;
  readonly files?: HostFiles;
}

const IO_ERROR = 38;
const said = (xml: string | undefined): string => {
  if (xml === undefined) throw libvirtNo(IO_ERROR, 'Input/output error');
  return xml;
};

/** A host of which only lists and documents are read, made of words. */
export function hostOfLists(words: HostWords): ScriptedHost {
  const { pools = {}, inactive = [], volumes = {}, networks = {}, domains = {}, running = [], snapshots = {} } = words;
  const { transient = [] } = words;
  const scripted = createScriptedClient();
  const { client, answer } = scripted;
  const named = (all: object) => Object.keys(all).map((name, i) => ({ name, uuid: bytesOf(i + 1) }));
  const isListed = (flags: number) => (one: { readonly name: string }) =>
    (flags & 3) === 0 || ((flags & 2) !== 0) !== inactive.includes(one.name);
  answer(procedures.listPools, ({ flags }) => ({ pools: named(pools).filter(isListed(flags)), count: 0 }));
  answer(procedures.poolXml, ({ pool }) => said(pools[pool.name]));
  answer(procedures.listVolumes, ({ pool: { name: pool } }) => {
    const own = volumes[pool];
    if (!own) throw libvirtNo(IO_ERROR, 'Input/output error');
    return { volumes: Object.keys(own).map((name) => ({ pool, name, key: `/d/${name}` })), count: 0 };
  });
  answer(procedures.volumeXml, ({ volume }) => said(volumes[volume.pool]?.[volume.name]));
  answer(procedures.listNetworks, ({ flags }) => ({ networks: named(networks).filter(isListed(flags)), count: 0 }));
  answer(procedures.networkXml, ({ network }) => said(networks[network.name]));
  const guests = named(domains).map((one, id) => ({ ...one, id: running.includes(one.name) ? id : -1 }));
  answer(procedures.listDomains, ({ flags }) => ({
    domains: guests.filter(({ name }) => (flags === 0 ? true : flags === 1 << 12 && snapshots[name] !== undefined)),
    count: 0,
  }));
  answer(procedures.domainXml, ({ domain: { name } }) => {
    const devices = domains[name];
    return devices === 'no XML' ? devices : `<domain><devices>${said(devices)}</devices></domain>`;
  });
  answer(procedures.listSnapshots, ({ domain }) => ({ snapshots: [{ name: 'monday', domain }], count: 1 }));
  answer(procedures.snapshotXml, ({ snapshot }: { readonly snapshot: DomainSnapshot }) => {
    const devices = snapshots[snapshot.domain.name] ?? '';
    return `<domainsnapshot><name>monday</name><domain><devices>${devices}</devices></domain></domainsnapshot>`;
  });
  const found = <T extends { readonly name: string; readonly uuid: Buffer }>(
    all: readonly T[],
    uuid: Buffer,
    no: number,
  ) => {
    const one = all.find((each) => each.uuid.equals(uuid));
    if (!one) throw libvirtNo(no);
    return one;
  };
  answer(procedures.poolByUuid, ({ uuid }) => found(named(pools), uuid, VIR_ERR.noPool));
  answer(procedures.networkByUuid, ({ uuid }) => found(named(networks), uuid, VIR_ERR.noNetwork));
  answer(procedures.poolByName, ({ name }) => {
    const one = named(pools).find((pool) => pool.name === name);
    if (!one) throw libvirtNo(VIR_ERR.noPool);
    return one;
  });
  answer(procedures.volumeByName, ({ pool: { name: pool }, name }) => {
    if (!(name in (volumes[pool] ?? {}))) throw libvirtNo(VIR_ERR.noVolume);
    return { pool, name, key: `/d/${name}` };
  });
  answer(procedures.poolIsActive, ({ pool }) => !inactive.includes(pool.name));
  answer(procedures.networkIsActive, ({ network }) => !inactive.includes(network.name));
  answer(procedures.poolIsPersistent, ({ pool }) => !transient.includes(pool.name));
  answer(procedures.networkIsPersistent, ({ network }) => !transient.includes(network.name));
  answer(procedures.refreshPool, () => undefined);
  answer(procedures.hostname, () => 'host1');
  const sent: string[] = [];
  const change = <A, R>(procedure: Procedure<A, R>, result: (args: A) => R) =>
    answer(procedure, (args) => {
      const { pool, network, volume, name, xml } = args as Record<
        string,
        string | { readonly name: string } | undefined
      >;
      const subject = [pool, network, volume].map((one) => (typeof one === 'object' ? one.name : undefined));
      sent.push([procedure.name, ...subject, name, xml].filter(Boolean).join(' '));
      return result(args);
    });
  const made = (xml: string) => ({ name: /<name>(.*?)<\/name>/.exec(xml)?.[1] ?? '', uuid: bytesOf(0x99) });
  change(procedures.defineNetwork, ({ xml }) => made(xml));
  change(procedures.definePool, ({ xml }) => made(xml));
  change(procedures.createVolume, ({ pool, xml }) => ({ pool: pool.name, name: made(xml).name, key: '' }));
  answer(procedures.interfaceByName, ({ name }) => ({ name, mac: '' }));
  answer(procedures.interfaceXml, ({ interface: { name } }) =>
    name.startsWith('br') ? "<interface type='bridge'/>" : "<interface type='ethernet'/>",
  );
  for (const procedure of [
    procedures.createNetwork,
    procedures.destroyNetwork,
    procedures.undefineNetwork,
    procedures.setNetworkAutostart,
    procedures.createPool,
    procedures.buildPool,
    procedures.destroyPool,
    procedures.undefinePool,
    procedures.setPoolAutostart,
    procedures.deleteVolume,
    procedures.resizeVolume,
  ])
    change(procedure as Procedure<unknown, void>, () => undefined);
  return {
    ...scripted,
    sent,
    host: {
      daemon: { poll: client, control: async () => client, open: async () => client, close: () => undefined },
      place: { endpoint: ENDPOINT, node: nodeId(ENDPOINT, 'node') },
      clock: { ...systemClock, now: () => 7 },
      ...(words.files && { files: words.files }),
    },
    signal: new AbortController().signal,
  };
}
