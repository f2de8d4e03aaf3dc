/** A host with one VM to be cloned, which is off, made of words. */
import { Duplex, Readable } from 'node:stream';
import { systemClock } from '../../../clock.ts';
import { nodeId } from '../../../ids.ts';
import { createClone } from '../clone/clone.ts';
import { readOthers } from '../clone/clone-checks.ts';
import { uuidBytes } from '../link/uuid.ts';
import { VIR_ERR } from '../rpc/errors.ts';
import { type Domain, type Procedure, procedures } from '../rpc/protocol.ts';
import { createScriptedClient, libvirtNo } from './scripted-client.ts';
import { ENDPOINT } from './scripted-host.ts';
import { idOf } from './watched-host.ts';

const [NO_DOMAIN, NO_VOLUME] = [42, 50];
export const WEB1: Domain = { name: 'web1', uuid: Buffer.alloc(16, 1), id: -1 };
export const QCOW2 =
  "<disk device='disk'><driver type='qcow2'/><source file='/d/web1.qcow2'/><target dev='vda'/></disk>";
export const RAW = "<disk device='disk'><driver type='raw'/><source file='/d/data.img'/><target dev='vdb'/></disk>";
export const LOGICAL = "<disk device='disk'><driver type='raw'/><source dev='/dev/vg/web1'/><target dev='vdc'/></disk>";
/** By their paths: pool, format. */
const VOLUMES: Readonly<Record<string, readonly [string, string]>> = {
  '/d/web1.qcow2': ['d', 'qcow2'],
  '/d/data.img': ['d', 'raw'],
  '/dev/vg/web1': ['vg', ''],
};
const POOLS: Readonly<Record<string, string>> = {
  d: "<pool type='dir'><target><path>/d</path></target></pool>",
  vg: "<pool type='logical'><target><path>/dev/vg</path></target></pool>",
};
export const nameIn = (xml: string) => /<name>(.*?)<\/name>/.exec(xml)?.[1] ?? '';

/** `sent` are the changes, in their order, `documents` what was written for them. */
export function hostWith(
  devices: string,
  { others = {}, taken = [], autostart = false, more = '', media = {} }: Words = {},
) {
  const { client, answer } = createScriptedClient();
  const sent: string[] = [];
  const documents: string[] = [];
  const state = { web1: WEB1 };
  const domains = (): Domain[] => [
    state.web1,
    ...Object.keys(others).map((name, at) => ({ name, uuid: Buffer.alloc(16, at + 2), id: at + 5 })),
  ];
  const pathOf = (pool: string, name: string) => (pool === 'vg' ? `/dev/vg/${name}` : `/d/${name}`);
  answer(procedures.domainByUuid, ({ uuid }) =>
    uuid.equals(WEB1.uuid) ? state.web1 : { ...WEB1, name: 'web2', uuid },
  );
  answer(procedures.domainByName, ({ name }) => {
    if (taken.includes(name)) return { ...WEB1, name };
    throw libvirtNo(NO_DOMAIN);
  });
  answer(procedures.hasManagedSave, () => false);
  answer(procedures.domainAutostart, () => autostart);
  answer(procedures.domainMetadata, () => {
    throw libvirtNo(VIR_ERR.noMetadata);
  });
  answer(procedures.listDomains, () => ({ domains: domains(), count: 0 }));
  answer(procedures.domainXml, ({ domain: { name } }) =>
    name === 'web1'
      ? `<domain><name>web1</name><uuid>u</uuid>${more}<devices>${devices}</devices></domain>`
      : `<domain><devices>${others[name]}</devices></domain>`,
  );
  const pools = Object.keys(POOLS).map((name) => ({ name, uuid: Buffer.alloc(16) }));
  answer(procedures.listPools, () => ({ pools, count: 0 }));
  answer(procedures.poolXml, ({ pool }) => POOLS[pool.name] ?? '');
  answer(procedures.poolByName, ({ name }) => ({ name, uuid: Buffer.alloc(16) }));
  answer(procedures.refreshPool, () => {
    throw libvirtNo(1, 'the pool has asynchronous jobs running');
  });
  answer(procedures.listVolumes, () => ({ volumes: [{ pool: 'd', name: 'web2_0.qcow2', key: '' }], count: 0 }));
  const written = new Map<string, Buffer>();
  const found = (path: string) => {
    const volume = VOLUMES[path] ?? (media[path] ? ['d', 'raw'] : undefined);
    if (!volume?.[0]) throw libvirtNo(NO_VOLUME);
    return { pool: volume[0], name: path.split('/').at(-1) ?? '', key: path };
  };
  answer(procedures.volumeByPath, ({ path }) => found(path));
  answer(procedures.volumeByName, ({ pool, name }) => found(pathOf(pool.name, name)));
  answer(procedures.volumeXml, ({ volume: { pool, name } }) => {
    const path = pathOf(pool, name);
    const format = VOLUMES[path]?.[1] ?? (media[path] ? 'raw' : 'qcow2');
    return `<volume type='${pool === 'vg' ? 'block' : 'file'}'><capacity>${media[path]?.length ?? 4096}</capacity><target><path>${path}</path>${format === '' ? '' : `<format type='${format}'/>`}</target></volume>`;
  });
  const change = <A, R>(procedure: Procedure<A, R>, result: (args: A) => R) =>
    answer(procedure, (args) => {
      const { xml, volume, domain } = args as { xml?: string; volume?: { name: string }; domain?: Domain };
      if (xml !== undefined) documents.push(xml);
      sent.push(`${procedure.name} ${nameIn(xml ?? '') || (volume ?? domain)?.name}`);
      return result(args);
    });
  change(procedures.createVolume, ({ pool, xml }) => ({ pool: pool.name, name: nameIn(xml), key: '' }));
  change(procedures.createVolumeFrom, ({ pool, xml }) => ({ pool: pool.name, name: nameIn(xml), key: '' }));
  change(procedures.define, ({ xml }) => {
    const uuid = uuidBytes(/<uuid>(.*?)<\/uuid>/.exec(xml)?.[1] ?? '');
    return { name: nameIn(xml), uuid: uuid ?? Buffer.alloc(16), id: -1 };
  });
  change(procedures.setAutostart, () => undefined);
  change(procedures.create, ({ domain }) => domain);
  change(procedures.undefine, () => undefined);
  change(procedures.deleteVolume, () => undefined);
  const streaming = {
    ...client,
    async openStream(procedure: { readonly name: string }, args: unknown) {
      const { volume } = args as { readonly volume: { readonly pool: string; readonly name: string } };
      const image = media[pathOf(volume.pool, volume.name)];
      if (procedure.name === procedures.downloadVolume.name && image) return Readable.from([image]);
      sent.push(`${procedure.name} ${volume.name}`);
      const parts: Buffer[] = [];
      const stream = new Duplex({
        read: () => undefined,
        write: (chunk: Buffer, _encoding, done) => done(void parts.push(chunk)),
        final(done) {
          written.set(volume.name, Buffer.concat(parts));
          stream.push(null);
          done();
        },
      });
      return stream;
    },
  };
  const daemon = {
    ...{ poll: client, control: async () => client, close: () => undefined },
    open: async () => streaming as unknown as typeof client,
  };
  const calls = { daemon, touched: () => undefined };
  const { clone } = createClone(calls, {
    daemon,
    clock: systemClock,
    place: { endpoint: ENDPOINT, node: nodeId(ENDPOINT, 'n') },
  });
  return {
    answer,
    change,
    sent,
    documents,
    /** Bytes of uploads, by name of the volume. */
    written,
    state,
    read: () => {
      const { signal } = new AbortController();
      const change = <T>(_verb: string, call: () => Promise<T>) => call();
      return readOthers({ client, domain: WEB1, signal, libvirt: 0, change }, []);
    },
    clone: (spec: { linked?: boolean; start?: boolean; name?: string } = {}, { signal } = new AbortController()) =>
      clone(idOf(1), { name: 'web2', linked: false, start: false, ...spec }, signal),
  };
}
interface Words {
  readonly others?: Readonly<Record<string, string>>;
  readonly taken?: readonly string[];
  readonly autostart?: boolean;
  readonly more?: string;
  /** What can be downloaded, by path. */
  readonly media?: Readonly<Record<string, Buffer>>;
}
