/** A host with a folder of images and one guest, whose memory, definition and start can be asked for; made of words. */
import { vmId } from '../../../ids.ts';
import type { HostFiles, Look } from '../host/host-files.ts';
import { VIR_ERR } from '../rpc/errors.ts';
import { type Domain, procedures } from '../rpc/protocol.ts';
import type { GuestCall, GuestCalls } from '../vm/guest-call.ts';
import { libvirtNo } from './scripted-client.ts';
import { ENDPOINT, hostOfLists, uuidOf } from './scripted-host.ts';

const POOL = "<pool type='dir'><target><path>/d</path></target></pool>";
export const UUID = uuidOf(1);
export const WEB1 = vmId(ENDPOINT, UUID);
export const DISK = "<disk><driver type='qcow2'/><source file='/d/web1.qcow2'/><target dev='vda'/></disk>";
export const domainXml = (devices = DISK, more = ''): string =>
  `<domain type='kvm'>\n  <name>web1</name>\n  <uuid>${UUID}</uuid>\n${more}  <devices>${devices}</devices>\n</domain>\n`;

export interface FileWords {
  readonly on?: boolean;
  /** Of libvirt's states; 1 runs. */
  readonly state?: number;
  readonly saved?: boolean;
  readonly transient?: boolean;
  /** The definition, without and with its passwords. */
  readonly xml?: string;
  readonly whole?: string;
  /** Files in the folder of the storage: name -> when written, epoch, s. */
  readonly files?: Readonly<Record<string, number>>;
  /** What a login sees, by path; absent where only the daemon is reached. */
  readonly login?: Readonly<Record<string, Look>>;
}

export const THERE = { is: 'there', id: '1:2', isFile: true, changed: 0 } as const satisfies Look;

export function guestWithFiles(words: FileWords = {}) {
  const { on = false, saved = false, transient = false, xml = domainXml(), whole = xml, login } = words;
  const listed: Record<string, string> = {};
  const write = (name: string, at: number) => {
    const times = `<timestamps><mtime>${at}.5</mtime><ctime>${at}.5</ctime></timestamps>`;
    listed[name] =
      `<volume type='file'><capacity>64</capacity><target><path>/d/${name}</path><format type='qcow2'/>${times}</target></volume>`;
  };
  for (const [name, at] of Object.entries(words.files ?? { 'web1.qcow2': 100 })) write(name, at);
  const looks = (path: string): Look => {
    const name = /^\/d\/([^/]+)$/.exec(path)?.[1] ?? '';
    const at = /<ctime>(\d+)/.exec(listed[name] ?? '')?.[1];
    return at === undefined ? (login?.[path] ?? { is: 'missing' }) : { ...THERE, changed: Number(at) };
  };
  const files: HostFiles | undefined = login && {
    look: async (paths) => new Map(paths.map((path) => [path, looks(path)])),
    links: async () => new Map(),
    backings: async () => new Map(),
    device: async () => ({ uses: [], kin: [] }),
    makeFileSystem: async () => undefined,
    remove: async () => undefined,
    firstLine: async () => undefined,
    hostname: async () => 'host1',
  };
  const scripted = hostOfLists({ pools: { default: POOL }, volumes: { default: listed }, ...(files && { files }) });
  const { client, answer, host, signal } = scripted;
  const domain: Domain = { name: 'web1', uuid: Buffer.alloc(16, 1), id: on ? 7 : -1 };
  const now = { domain, state: words.state ?? (on ? 1 : 5), xml, whole };
  const sent: unknown[] = [];
  const touched: string[] = [];
  answer(procedures.domainByUuid, ({ uuid }) => (uuid.equals(domain.uuid) ? now.domain : no(VIR_ERR.noDomain)));
  answer(procedures.domainByName, ({ name }) => (name === now.domain.name ? now.domain : no(VIR_ERR.noDomain)));
  answer(procedures.domainIsPersistent, () => !transient);
  answer(procedures.hasManagedSave, () => saved);
  answer(procedures.domainState, () => ({ state: now.state, reason: 1 }));
  answer(procedures.domainXml, ({ flags }) => ((flags & 1) === 1 ? now.whole : now.xml));
  answer(procedures.domainMetadata, () => no(VIR_ERR.noMetadata));
  answer(procedures.save, ({ path, flags }) => void sent.push(['save', path, flags]));
  answer(procedures.restore, ({ path, flags }) => void sent.push(['restore', path, flags]));
  answer(
    procedures.setMetadata,
    ({ metadata, key, uri, flags }) => void sent.push(['metadata', metadata, key, uri, flags]),
  );
  answer(procedures.define, ({ xml: text, flags }) => {
    sent.push(['define', text, flags]);
    return now.domain;
  });
  const calls: GuestCalls = {
    daemon: host.daemon,
    touched: (uuid) => void touched.push(uuid),
    libvirt: 9_000_000,
    ...(files && { files }),
  };
  const call: GuestCall = { client, domain, signal, libvirt: 9_000_000, change: (_verb, work) => work() };
  return { answer, host, signal, calls, call, now, sent, touched, write };
}

function no(code: number): never {
  throw libvirtNo(code);
}
