import { endpointName, type SnapshotId, snapshotId, vmId } from '../../../ids.ts';
import { DELETE_CHILDREN } from '../rpc/flags.ts';
import { procedures } from '../rpc/protocol.ts';
import type { GuestCalls } from '../vm/guest-call.ts';
import { createSnapshots } from '../vm/snapshots.ts';
import { createScriptedClient, libvirtNo } from './scripted-client.ts';

const UUID = '01010101-0101-0101-0101-010101010101';
export const WEB1 = vmId(endpointName('a'), UUID);
export const idOfSnapshot = (name: string): SnapshotId => snapshotId(WEB1, name);

interface SnapshotWords {
  readonly parent?: string;
  readonly memory?: true;
  /** Of an external one: the file that came on top. */
  readonly layer?: string;
  /** What the guest wrote to until it was taken. */
  readonly image?: string;
  readonly memoryFile?: string;
}

export interface GuestWords {
  readonly on?: boolean;
  readonly saved?: boolean;
  readonly transient?: boolean;
  readonly disks?: string;
  readonly nvram?: boolean;
  readonly libvirt?: number;
  readonly snapshots?: Readonly<Record<string, SnapshotWords>>;
}

export const QCOW2 = "<disk><driver type='qcow2'/><source file='/d/web1.qcow2'/><target dev='vda'/></disk>";
export const RAW = "<disk><driver type='raw'/><source file='/d/web1.img'/><target dev='vdb'/></disk>";

const documentOf = (name: string, { parent, memory, layer, image = '/d/web1.qcow2', memoryFile }: SnapshotWords) =>
  `<domainsnapshot><name>${name}</name><creationTime>7</creationTime>
    ${parent === undefined ? '' : `<parent><name>${parent}</name></parent>`}
    ${memoryFile === undefined ? `<memory snapshot='${memory ? 'internal' : 'no'}'/>` : `<memory snapshot='external' file='${memoryFile}'/>`}
    <disks>${layer === undefined ? "<disk name='vda' snapshot='internal'/>" : `<disk name='vda' snapshot='external'><source file='${layer}'/></disk>`}</disks>
    <domain><devices><disk><source file='${image}'/><target dev='vda'/></disk></devices></domain></domainsnapshot>`;

/** What was sent to change something. */
export interface Sent {
  readonly call: string;
  readonly of?: string;
  readonly xml?: string;
  readonly flags: number;
}

/** A daemon with one guest, made of words, that notes what is changed. */
export function guestWithSnapshots(words: GuestWords) {
  const { on = false, saved = false, transient = false, disks = QCOW2, nvram = false, libvirt = 9_000_000 } = words;
  const { client, answer } = createScriptedClient();
  const domain = { name: 'web1', uuid: Buffer.alloc(16, 1), id: on ? 3 : -1 };
  const documents = new Map(
    Object.entries(words.snapshots ?? {}).map(([name, snapshot]) => [name, documentOf(name, snapshot)]),
  );
  const sent: Sent[] = [];
  const touched: string[] = [];
  const waits: { readonly call: string; readonly signal: unknown; readonly deadlineMs: number | undefined }[] = [];
  const { signal } = new AbortController();
  const watched: typeof client = {
    ...client,
    call(procedure, args, options) {
      waits.push({ call: procedure.name, signal: options?.signal, deadlineMs: options?.deadlineMs });
      return client.call(procedure, args, options);
    },
  };
  answer(procedures.domainByUuid, () => domain);
  answer(
    procedures.domainXml,
    () =>
      `<domain>${nvram ? '<os><nvram>/d/vars.fd</nvram></os>' : ''}<devices>${disks}
        <disk device='cdrom'><driver type='raw'/><source file='/d/a.iso'/><target dev='sda'/><readonly/></disk>
        <disk device='floppy'><driver type='raw'/><target dev='fda'/></disk></devices></domain>`,
  );
  answer(procedures.hasManagedSave, () => saved);
  answer(procedures.domainIsPersistent, () => !transient);
  answer(procedures.listSnapshots, () => {
    const snapshots = [...documents.keys()].map((name) => ({ name, domain }));
    return { snapshots, count: snapshots.length };
  });
  answer(procedures.hasCurrentSnapshot, () => documents.size > 0);
  answer(procedures.currentSnapshot, () => ({ name: [...documents.keys()].at(-1) ?? '', domain }));
  answer(procedures.snapshotXml, ({ snapshot: { name } }) => {
    const text = documents.get(name);
    if (text === undefined) throw libvirtNo(72);
    return text;
  });
  answer(procedures.createSnapshot, ({ xml, flags }) => {
    sent.push({ call: 'create', xml, flags });
    const name = /<name>(.*)<\/name>/.exec(xml)?.[1] ?? '';
    documents.set(name, documentOf(name, flags === 0 ? { memory: true } : { layer: `/d/web1.${name}` }));
    return { name, domain };
  });
  answer(procedures.removeManagedSave, ({ flags }) => void sent.push({ call: 'forget memory', flags }));
  answer(
    procedures.revertToSnapshot,
    ({ snapshot, flags }) => void sent.push({ call: 'revert', of: snapshot.name, flags }),
  );
  answer(procedures.deleteSnapshot, ({ snapshot, flags }) => {
    sent.push({ call: 'delete', of: snapshot.name, flags });
    if (flags === DELETE_CHILDREN) documents.clear();
    else documents.delete(snapshot.name);
  });
  const daemon = {
    poll: watched,
    control: async () => watched,
    open: async () => watched,
    close: () => undefined,
  };
  const calls: GuestCalls = { daemon, touched: (uuid) => void touched.push(uuid), libvirt };
  return { ops: createSnapshots(calls), answer, documents, domain, sent, touched, waits, signal, uuid: UUID };
}
