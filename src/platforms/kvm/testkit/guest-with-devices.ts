import type { Clock } from '../../../clock.ts';
import { diskId, type NicId, nicId, vmId } from '../../../ids.ts';
import { attribute, child, readXml, type XmlElement } from '../../transport/xml.ts';
import { createDiskOps } from '../disk/disk-ops.ts';
import { createNicOps } from '../nic/nic-ops.ts';
import { VIR_ERR } from '../rpc/errors.ts';
import { AFFECT, XML } from '../rpc/flags.ts';
import { procedures } from '../rpc/protocol.ts';
import { createSettings } from '../settings/settings.ts';
import type { GuestCalls } from '../vm/guest-call.ts';
import { readInfo } from '../vm/info.ts';
import { writeElement } from '../xml/write-element.ts';
import { libvirtNo } from './scripted-client.ts';
import { ENDPOINT, type HostWords, hostOfLists, uuidOf } from './scripted-host.ts';

export const WEB1 = vmId(ENDPOINT, uuidOf(1));
export const idOfDisk = (target: string) => diskId(WEB1, target);
export const idOfNic = (native: string): NicId => nicId(WEB1, native);

export interface DeviceWords extends Omit<HostWords, 'domains' | 'running'> {
  /** Of web1, as it runs; undefined while it is off. */
  readonly live?: string;
  /** As it is saved; undefined for one without a saved definition. */
  readonly saved?: string;
  /** Its memory is on the host's disk. */
  readonly suspended?: boolean;
  /** The guest lets go of nothing. */
  readonly stubborn?: boolean;
  /** Other VMs, by name. */
  readonly others?: Readonly<Record<string, string>>;
  readonly running?: readonly string[];
  /** Bridges of the host, and interfaces that are none. */
  readonly interfaces?: Readonly<Record<string, string>>;
}

export const disk = (path: string, target = 'vda', more = '', device = 'disk') =>
  `<disk type='file' device='${device}'><driver name='qemu' type='qcow2' discard='unmap'/>${path && `<source file='${path}'/>`}<target dev='${target}' bus='virtio'/>${more}</disk>`;
export const nic = (mac: string, network = 'lan', more = '') =>
  `<interface type='network'><mac address='${mac}'/><source network='${network}' portid='7'/><model type='virtio'/>${more}</interface>`;
export const volumeXml = (name: string, format = 'qcow2', more = '') =>
  `<volume type='file'><name>${name}</name><capacity unit='bytes'>1048576</capacity><target><path>/d/${name}</path><format type='${format}'/></target>${more}</volume>`;
export const DIR = "<pool type='dir'><target><path>/d</path></target></pool>";

/** Time that is over as soon as it is waited for. */
function quickTime(): Clock {
  let ticks = 0;
  return {
    now: () => 7,
    ticks: () => ticks,
    after(ms, call) {
      let isStopped = false;
      setImmediate(() => {
        if (isStopped) return;
        ticks += ms;
        call();
      });
      return () => {
        isStopped = true;
      };
    },
  };
}

const sameDevice = (a: XmlElement, b: XmlElement): boolean =>
  a.name === b.name &&
  (a.name === 'disk'
    ? attribute(child(a, 'target'), 'dev') === attribute(child(b, 'target'), 'dev')
    : attribute(child(a, 'mac'), 'address') === attribute(child(b, 'mac'), 'address'));

/** A host made of words with web1, whose devices change as libvirt changes them. */
export async function guestWithDevices(words: DeviceWords) {
  const { live, saved, others = {}, interfaces = {}, volumes = {} } = words;
  const there: Record<string, Record<string, string | undefined>> = Object.fromEntries(
    Object.entries(volumes).map(([pool, own]) => [pool, { ...own }]),
  );
  const running = [...(live === undefined ? [] : ['web1']), ...(words.running ?? [])];
  const host = hostOfLists({ ...words, volumes: there, domains: { web1: saved ?? live ?? '', ...others }, running });
  const { answer } = host;
  const read = async (text: string | undefined) =>
    text === undefined ? undefined : [...(await readXml(`<devices>${text}</devices>`)).children];
  const devices = { live: await read(live), saved: await read(saved) };
  const domain = { name: 'web1', uuid: Buffer.alloc(16, 1), id: live === undefined ? -1 : 3 };
  const sent: string[] = [];
  const touched: string[] = [];

  const xmlOf = (all: readonly XmlElement[] = []) =>
    `<domain><devices>${all.map(writeElement).join('')}</devices></domain>`;
  const otherXml = (name: string) => `<domain><devices>${others[name] ?? ''}</devices></domain>`;
  answer(procedures.domainByUuid, () => domain);
  answer(procedures.domainXml, ({ domain: { name }, flags }) => {
    if (name !== 'web1') return otherXml(name);
    return xmlOf(flags === XML.inactive ? (devices.saved ?? devices.live) : (devices.live ?? devices.saved));
  });
  answer(procedures.domainIsPersistent, () => saved !== undefined);
  answer(procedures.hasManagedSave, () => words.suspended === true);
  answer(procedures.domainState, () => ({ state: live === undefined ? 5 : 1, reason: 0 }));
  answer(procedures.domainMetadata, () => {
    throw libvirtNo(80);
  });
  answer(procedures.domainAutostart, () => false);
  answer(procedures.domainCapabilities, () => {
    throw libvirtNo(VIR_ERR.noSupport);
  });
  answer(procedures.domainAddresses, () => []);
  answer(procedures.hasCurrentSnapshot, () => false);

  const change = (
    verb: string,
    procedure: typeof procedures.attachDevice,
    apply: (all: XmlElement[], one: XmlElement, isLive: boolean) => XmlElement[],
  ) =>
    answer(procedure, async ({ xml, flags }) => {
      const where = [flags & AFFECT.live ? 'live' : '', flags & AFFECT.config ? 'saved' : ''].filter(Boolean).join('+');
      sent.push(`${verb} ${where} ${xml}`);
      const one = await readXml(xml);
      if (flags & AFFECT.live) devices.live = apply(devices.live ?? [], one, true);
      if (flags & AFFECT.config) devices.saved = apply(devices.saved ?? [], one, false);
    });
  change('attach', procedures.attachDevice, (all, one) => [...all, one]);
  change('detach', procedures.detachDevice, (all, one, isLive) =>
    isLive && words.stubborn ? all : all.filter((each) => !sameDevice(each, one)),
  );
  change('update', procedures.updateDevice, (all, one) => all.map((each) => (sameDevice(each, one) ? one : each)));

  answer(procedures.createVolume, ({ pool: { name: pool }, xml }) => {
    sent.push(`create ${xml}`);
    const name = /<name>(.*?)<\/name>/.exec(xml)?.[1] ?? '';
    there[pool] = { ...there[pool], [name]: volumeXml(name, /format type="(.*?)"/.exec(xml)?.[1] ?? 'raw') };
    return { pool, name, key: `/d/${name}` };
  });
  answer(procedures.deleteVolume, ({ volume: { pool, name } }) => {
    sent.push(`delete ${pool}/${name}`);
    delete there[pool]?.[name];
  });
  answer(procedures.volumeByPath, ({ path }) => {
    for (const [pool, own] of Object.entries(there))
      for (const name of Object.keys(own)) if (`/d/${name}` === path) return { pool, name, key: path };
    throw libvirtNo(VIR_ERR.noVolume, `no volume at ${path}`);
  });
  answer(procedures.volumeInfo, () => ({ type: 0, capacity: 1_048_576, allocation: 0 }));
  answer(procedures.blockInfo, () => ({ capacity: 1_048_576, allocation: 0, physical: 0 }));
  answer(procedures.blockResize, ({ path, size, flags }) => void sent.push(`blockresize ${path} ${size} ${flags}`));
  answer(procedures.resizeVolume, ({ volume, capacity }) => void sent.push(`volresize ${volume.name} ${capacity}`));
  answer(procedures.networkByName, ({ name }) => {
    if (!(name in (words.networks ?? {}))) throw libvirtNo(VIR_ERR.noNetwork);
    return { name, uuid: Buffer.alloc(16, 9) };
  });
  answer(procedures.interfaceByName, ({ name }) => {
    if (!(name in interfaces)) throw libvirtNo(VIR_ERR.noInterface);
    return { name, mac: '' };
  });
  answer(procedures.interfaceXml, ({ interface: { name } }) => interfaces[name] ?? '');

  const clock = quickTime();
  const calls: GuestCalls = { daemon: host.host.daemon, touched: (uuid) => void touched.push(uuid) };
  const { signal } = host;
  return {
    answer,
    came: host.came,
    sent,
    touched,
    signal,
    devices,
    /** The names of the volumes that there are. */
    volumes: () => Object.values(there).flatMap((own) => Object.keys(own)),
    disks: createDiskOps(calls, { ...host.host, clock }),
    settings: createSettings(calls, { ...host.host, clock }),
    nics: createNicOps(calls, { clock }, (id, infoSignal) => readInfo(calls, id, infoSignal)),
  };
}
