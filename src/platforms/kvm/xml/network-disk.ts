/** Disks that are reached by network, and the volumes that they are: neither has a path of the host. */
import { decoded } from './decoded.ts';

const SOURCES = /<source\s[^<>]*>/g;
const attributeIn = (tag: string, key: string): string | undefined => {
  const [, single, double] = new RegExp(`\\s${key}\\s*=\\s*(?:'([^']*)'|"([^"]*)")`).exec(tag) ?? [];
  const value = single ?? double;
  return value === undefined ? undefined : decoded(value);
};

/** `rbd:vms/web1@monday` as `vms/web1`, `iscsi:iqn.a:b` as `iqn.a:b/0`: the unit 0 is meant where none is written. */
export function networkName(protocol: string, name: string): string {
  if (protocol === 'iscsi') return /\/\d+$/.test(name) ? name : `${name}/0`;
  return protocol === 'rbd' ? name.replace(/[@:].*$/s, '') : name;
}

/** `rbd:vms/web1:id=admin`, as QEMU has it in arguments and in the headers of layers. */
const RBD = /\brbd:([^\s@:,"'<>]+)/g;

/** Of all images of rbd that a text names. */
export const rbdNames = (text: string): readonly string[] => Array.from(text.matchAll(RBD), ([, name = '']) => name);

/** Of all sources in a document of libvirt: disks, what they are layered on, copies that are being made. */
export const networkNames = (xml: string): ReadonlySet<string> =>
  new Set([
    ...rbdNames(xml),
    ...Array.from(xml.matchAll(SOURCES), ([tag]) => {
      const [protocol, name] = [attributeIn(tag, 'protocol'), attributeIn(tag, 'name')];
      return protocol === undefined || name === undefined ? '' : networkName(protocol, name);
    }).filter(Boolean),
  ]);

/** What disks by network call a volume: `pool/image` of rbd is its path, that of iSCSI has its target and unit in it. */
export function namesByNetwork(path: string, key: string): readonly string[] {
  const [, target, unit] = /-iscsi-(.+)-lun-(\d+)$/.exec(path) ?? [];
  if (target !== undefined) return [`${target}/${unit}`];
  return path.startsWith('/') ? [] : [path, key];
}
