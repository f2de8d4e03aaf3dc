/** The CPU that a guest sees, how its vCPUs are arranged, and what it counts. */
import type { Settings, SettingValue } from '../../contract.ts';
import { refused, rowsIn } from '../../lib/spec-values.ts';
import { attribute, child, childrenOf, escapeXml, type XmlElement } from '../../transport/xml.ts';
import { readFlag, readTopology } from '../hardware/cpu.ts';
import type { XmlEditor } from '../xml/edit-xml.ts';
import { type Part, replaceAll, single, wordIn, wordOf } from './part.ts';

const MODES: readonly (string | undefined)[] = ['host-model', 'host-passthrough', 'maximum'];
const ON_OFF = ['on', 'off'];
const TOPOLOGY = ['sockets', 'cores', 'threads'] as const;

/** A mode, or the name of a model. */
function readCpuName(domain: XmlElement): string {
  const cpu = child(domain, 'cpu');
  const mode = attribute(cpu, 'mode');
  return MODES.includes(mode) ? (mode ?? '') : (child(cpu, 'model')?.text ?? '');
}

function writeCpuName(editor: XmlEditor, value: SettingValue): undefined {
  const name = String(value);
  if (name === '') throw refused('a guest has a CPU', 'name one: host-model, qemu64 …');
  const isMode = MODES.includes(name);
  const model = isMode ? '' : `<model fallback="forbid">${escapeXml(name)}</model>`;
  const cpu = child(editor.root, 'cpu');
  const words = isMode ? { mode: name, match: undefined } : { mode: 'custom', match: 'exact' };
  if (!cpu) {
    const how = isMode ? `mode="${name}"` : 'mode="custom" match="exact"';
    editor.insert(editor.root, `<cpu ${how}>${model}</cpu>`);
    return;
  }
  // Whether it was checked, and could be moved, is said of the one that was there.
  for (const [key, word] of Object.entries({ ...words, check: undefined, migratable: undefined }))
    editor.setAttribute(cpu, key, word);
  replaceAll(editor, cpu, childrenOf(cpu, 'model'), model);
  for (const vendor of childrenOf(cpu, 'vendor')) editor.cut(vendor);
}

/** How many vCPUs it can get belongs to it: libvirt takes no other number than the topology makes. */
const topology: Part = {
  keys: [...TOPOLOGY, 'max-vcpus'],
  read(domain) {
    const set = child(child(domain, 'cpu'), 'topology');
    const all = TOPOLOGY.map((key) => [key, set === undefined ? '' : Number(attribute(set, key) ?? 1)] as const);
    return { ...Object.fromEntries(all), 'max-vcpus': Number(child(domain, 'vcpu')?.text || 1) };
  },
  write(editor, wanted) {
    const { root } = editor;
    const most = Number(wanted['max-vcpus']);
    writeMost(editor, most);
    const shape = readTopology(wanted, most);
    const xml = shape ? `<topology sockets="${shape.sockets}" cores="${shape.cores}" threads="${shape.threads}"/>` : '';
    const cpu = child(root, 'cpu');
    if (cpu) replaceAll(editor, cpu, childrenOf(cpu, 'topology'), xml);
    else if (xml !== '') editor.insert(root, `<cpu>${xml}</cpu>`);
    return [];
  },
};

/**
 * What else changes with a part of the topology: how many vCPUs there can be, or how many sockets they are in. Throws op.refused
 * where one of the three is emptied, and not all.
 */
export function completeTopology(asked: Settings, now: Settings): Settings {
  const [cleared, others] = [TOPOLOGY.filter((key) => asked[key] === ''), { ...now, ...asked }];
  const isGone = TOPOLOGY.every((key) => others[key] === '');
  if (cleared.length > 0 && !isGone)
    throw refused(`${cleared.join(' and ')} is left open`, 'give sockets, cores and threads, or none of them');
  const isAsked = TOPOLOGY.some((key) => asked[key] !== undefined);
  if (asked['max-vcpus'] !== undefined) return isAsked || now['sockets'] === '' ? asked : { ...asked, sockets: '' };
  if (!isAsked || isGone) return asked;
  const most = TOPOLOGY.reduce((product, key) => product * Number(others[key] || 1), 1);
  return most === now['max-vcpus'] ? asked : { ...asked, 'max-vcpus': most };
}

/** Those in use stay, as far as there is room for them. */
function writeMost(editor: XmlEditor, most: number): void {
  const vcpu = child(editor.root, 'vcpu');
  const before = Number(vcpu?.text || 1);
  if (!vcpu || before === most) return;
  const inUse = Math.min(Number(attribute(vcpu, 'current') ?? before), most);
  editor.setText(vcpu, String(most));
  editor.setAttribute(vcpu, 'current', inUse === most ? undefined : String(inUse));
  // A list of each vCPU is of another number of them.
  for (const list of childrenOf(editor.root, 'vcpus')) editor.cut(list);
}

const readFlags = (domain: XmlElement): readonly Settings[] =>
  childrenOf(child(domain, 'cpu'), 'feature').map((one) => ({
    name: attribute(one, 'name') ?? '',
    policy: attribute(one, 'policy') ?? 'require',
  }));

function writeFlags(editor: XmlEditor, value: SettingValue): undefined {
  const cpu = child(editor.root, 'cpu');
  if (!cpu) throw refused('flags need a CPU that they are of', 'name it as well: host-model, qemu64 …');
  const flags = rowsIn({ flags: value }, 'flags').map((row) => readFlag(row, ''));
  const xml = flags.map(({ name, policy }) => `<feature policy="${policy}" name="${escapeXml(name)}"/>`).join('');
  replaceAll(editor, cpu, childrenOf(cpu, 'feature'), xml);
}

function writePmu(editor: XmlEditor, value: SettingValue): undefined {
  const features = child(editor.root, 'features');
  const xml = value === '' ? '' : `<pmu state="${wordIn(ON_OFF, value, 'value of pmu')}"/>`;
  if (features) replaceAll(editor, features, childrenOf(features, 'pmu'), xml);
  else if (xml !== '') editor.insert(editor.root, `<features>${xml}</features>`);
}

export const cpuParts: readonly Part[] = [
  single('cpu', readCpuName, writeCpuName),
  topology,
  single('cpu-flag', readFlags, writeFlags),
  single('pmu', (domain) => wordOf(ON_OFF, attribute(child(child(domain, 'features'), 'pmu'), 'state')), writePmu),
];
