/** Devices of a definition that have a file, a socket or a port on the host: the clone gets one of its own, or none. */
import { attribute, child, childrenOf, type XmlElement } from '../../transport/xml.ts';
import type { XmlEditor } from '../xml/edit-xml.ts';

/** Says something that the user should know of the clone. */
export type Warn = (feature: string, detail: string) => void;

const CHARACTER_DEVICES = ['serial', 'parallel', 'console', 'channel'];
/** Types of them that lead to something on the host that only one VM can have. */
const LEADING: ReadonlySet<string> = new Set(['unix', 'file', 'pipe', 'dev', 'tcp', 'udp', 'nmdm']);
const PORTS = ['port', 'tlsPort', 'websocket'];

export function separateDevices(editor: XmlEditor, devices: XmlElement | undefined, warn: Warn): void {
  for (const name of CHARACTER_DEVICES)
    for (const device of childrenOf(devices, name)) separateLine(editor, device, warn);
  for (const graphics of childrenOf(devices, 'graphics')) separateGraphics(editor, graphics, warn);
  for (const cid of childrenOf(devices, 'vsock').flatMap((vsock) => childrenOf(vsock, 'cid')))
    editor.replace(cid, '<cid auto="yes"/>');
  for (const tpm of childrenOf(devices, 'tpm')) {
    const backend = child(tpm, 'backend');
    if (attribute(backend, 'type') !== 'emulator') continue;
    for (const source of childrenOf(backend, 'source')) editor.cut(source);
    warn('tpm', 'what is in its TPM is not copied: disks that are locked with it ask for their recovery key');
  }
  for (const [name, what] of SHARED) {
    const count = childrenOf(devices, name).length;
    if (count > 0) warn(name, what);
  }
  if (childrenOf(devices, 'interface').some((nic) => /^(hostdev|vdpa)$/.test(attribute(nic, 'type') ?? '')))
    warn('nic', 'has a NIC that is a device of the host: only one of both VMs can run with it');
}

/** They stay as they are: both VMs have the same. */
const SHARED: readonly (readonly [string, string])[] = [
  ['hostdev', 'has a device of the host: only one of both VMs can run with it'],
  ['filesystem', 'shares the same folders of the host as its original'],
  ['shmem', 'has the same shared memory as its original'],
];

/**
 * No log file; no socket, file or port: a channel gets a socket that libvirt names, all else a terminal of its own (`pty`),
 * which is what a console of drover opens.
 */
function separateLine(editor: XmlEditor, device: XmlElement, warn: Warn): void {
  for (const log of childrenOf(device, 'log')) {
    editor.cut(log);
    if (device.name !== 'console') warn('console', `does not write its ${device.name} line to a log file`);
  }
  const type = attribute(device, 'type') ?? '';
  if (!LEADING.has(type)) return;
  for (const one of device.children) if (one.name === 'source' || one.name === 'protocol') editor.cut(one);
  if (device.name === 'channel' && type === 'unix') return;
  editor.setAttribute(device, 'type', 'pty');
  if (device.name !== 'console') warn(device.name, `has a terminal (pty) in place of the ${type} of its original`);
}

/** Ports that libvirt chooses at each start, and sockets that it names. */
function separateGraphics(editor: XmlEditor, graphics: XmlElement, warn: Warn): void {
  const fixed = PORTS.filter((name) => Number(attribute(graphics, name) ?? -1) > 0);
  for (const name of fixed) editor.setAttribute(graphics, name, name === 'port' ? '-1' : undefined);
  const [type, port] = [attribute(graphics, 'type'), attribute(graphics, 'port')];
  if (fixed.length > 0) {
    editor.setAttribute(graphics, 'autoport', 'yes');
    warn('graphics', `libvirt chooses the port of its ${type} at each start; that of its original is ${port}`);
  }
  editor.setAttribute(graphics, 'socket', undefined);
  for (const listen of childrenOf(graphics, 'listen')) editor.setAttribute(listen, 'socket', undefined);
}
