/** kcli's words for the settings of a VM, where drover has other names, units or shapes for the same. */
import { FleetError } from '../../errors.ts';
import type { Written } from '../fields.ts';
import type { Said } from './preset.ts';

const isGroup = (value: Written): value is { readonly [key: string]: Written } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isTrue = (value: Written): boolean => /^(true|yes|on)$/i.test(String(value));
const withUnit = (value: Written, unit: string): Written =>
  typeof value === 'string' && /^\d+$/.test(value) ? `${value}${unit}` : value;

type Saying = (value: Written, where: string) => Readonly<Record<string, Written>>;

/** Whether kcli has this word for something that is called otherwise here. */
export const isWord = (key: string): boolean => Object.hasOwn(WORDS, key);

/** What a word says, by the keys of fields. Throws usage for a value of another shape than kcli has it. */
export const saidOf = (key: string, { value, where }: Said): Readonly<Record<string, Written>> =>
  (isWord(key) ? WORDS[key] : undefined)?.(value, where) ?? { [key]: value };

/** Another name for the same value. */
const named =
  (key: string): Saying =>
  (value) => ({ [key]: value });
const flagged =
  (key: string, yes: string, no: string): Saying =>
  (value) => ({ [key]: isTrue(value) ? yes : no });
/** A list there, lines or words here. */
const lines =
  (key: string): Saying =>
  (value) => ({ [key]: Array.isArray(value) ? value.join('\n') : value });
/** A list there, rows here. What is typed as rows are here stays. */
const rows =
  (key: string, row: (one: Written) => Written): Saying =>
  (value, where) => {
    if (!Array.isArray(value)) throw new FleetError('usage', `${where}: must be a list: [10,20]`);
    return { [key]: value.map(row) };
  };
const pages =
  (size: string): Saying =>
  (value) => ({ 'huge-pages': isTrue(value) ? 'true' : 'false', ...(isTrue(value) && { 'page-size': size }) });

/** Words of kcli for fields with other names, units or shapes. */
const WORDS: Readonly<Record<string, Saying>> = {
  numcpus: named('vcpus'),
  cpumodel: named('cpu'),
  notes: named('description'),
  cloudinit: named('cloud-init'),
  files: named('file'),
  enableroot: named('root-login'),
  storemetadata: named('store-metadata'),
  reserveip: named('reserve-ip'),
  reservedns: named('reserve-dns'),
  vmuser: named('user'),
  virttype: named('virtualization'),
  numamode: named('numa-mode'),
  guestagent: named('guest-agent'),
  hugepages: named('huge-pages'),
  hugepages_2mb: pages('2MiB'),
  hugepages_1gb: pages('1GiB'),
  extra_iso: named('extra-iso'),
  vncpassword: named('display-password'),
  memory: (value) => ({ memory: withUnit(value, 'MiB') }),
  keys: lines('keys'),
  cmds: lines('commands'),
  ips: lines('ips'),
  netmasks: lines('netmasks'),
  dns: lines('dns'),
  uefi: flagged('firmware', 'uefi', 'bios'),
  secureboot: flagged('firmware', 'uefi-secure', 'bios'),
  nested: flagged('nested', 'on', 'off'),
  vnc: flagged('graphics', 'vnc', 'none'),
  disks: rows('disk', diskRow),
  nets: rows('nic', nicRow),
  cpuflags: rows('cpu-flag', flagRow),
  cpupinning: rows('pin', pinRow),
  pcidevices: rows('pci', pciRow),
  sharedfolders: rows('folder', folderRow),
  numa: (value, where) => (Array.isArray(value) ? rows('numa', cellRow)(value, where) : { numa: value }),
};

/** Their values are YAML; so are those of fields of rows and pairs, where they are written so. */
const STRUCTURED: readonly string[] = [
  ...['disks', 'nets', 'files', 'keys', 'cmds', 'ips', 'netmasks', 'dns'],
  ...['cpuflags', 'cpupinning', 'pcidevices', 'sharedfolders'],
];
const WRITTEN_EITHER_WAY: readonly string[] = ['disk', 'nic', 'numa', 'metadata'];
export const isStructured = (key: string, text: string): boolean =>
  STRUCTURED.includes(key) || (WRITTEN_EITHER_WAY.includes(key) && /^\s*[[{]/.test(text));

function diskRow(one: Written): Written {
  if (!isGroup(one)) return { size: withUnit(one, 'GiB') };
  const { size, pool, interface: bus, ...more } = one;
  return {
    ...(size !== undefined && { size: withUnit(size, 'GiB') }),
    ...(pool !== undefined && { storage: pool }),
    ...(bus !== undefined && { bus }),
    ...more,
  };
}

function nicRow(one: Written): Written {
  if (!isGroup(one)) return { network: one };
  const { name, type: model, ...more } = one;
  return { ...(name !== undefined && { network: name }), ...(model !== undefined && { model }), ...more };
}

/** A host without it starts the VM all the same, as kcli has it. */
function flagRow(one: Written): Written {
  return isGroup(one) ? { policy: 'optional', ...one } : { name: one, policy: 'optional' };
}

function pinRow(one: Written): Written {
  if (!isGroup(one)) return one;
  const { hostcpus: host, ...more } = one;
  return { ...(host !== undefined && { host }), ...more };
}

/** `01:00.0` is in the domain 0. */
function pciRow(one: Written): Written {
  if (typeof one !== 'string') return one;
  return { address: /^[^:]*:[^:]*$/.test(one) ? `0000:${one}` : one };
}

/** kcli shares it by 9p, under the last part of its path. */
function folderRow(one: Written): Written {
  return typeof one === 'string'
    ? { tag: one.split('/').findLast((part) => part !== '') ?? '', path: one, kind: '9p' }
    : one;
}

function cellRow(one: Written): Written {
  if (!isGroup(one)) return one;
  const { memory, ...more } = one;
  return { ...(memory !== undefined && { memory: withUnit(memory, 'MiB') }), ...more };
}
