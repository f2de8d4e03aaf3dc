/** What the next start of a guest that runs changes: where its saved definition differs from that of what runs. */
import { formatBytes } from '../../../units.ts';
import { type Settings, type SettingValue, sameValue } from '../../contract.ts';
import { readDocument } from '../xml/document.ts';
import { type DomainXml, readDomainXml } from '../xml/domain-xml.ts';
import { readDefined } from './definition-settings.ts';
import { definitionFields } from './fields.ts';

const LIMITS = [
  ['Memory', 'memory', formatBytes],
  ['Max memory', 'maxMemory', formatBytes],
  ['vCPUs', 'cpus', String],
  ['Max vCPUs', 'maxCpus', String],
] as const satisfies readonly (readonly [string, keyof DomainXml, (value: never) => string])[];

/** One thing each: `Memory 512M`, `CPU host-model`, `disk vdb`, `no NIC 52:54:…`. Rejects with XmlError for what is no domain. */
export async function pendingIn(running: string, saved: string): Promise<readonly string[]> {
  if (running === saved) return [];
  const [now, next] = await Promise.all([readDomainXml(running), readDomainXml(saved)]);
  const limits = LIMITS.flatMap(([label, key, spell]) =>
    now[key] === next[key] ? [] : [`${label} ${(spell as (value: number) => string)(next[key])}`],
  );
  const [has, gets] = [devicesOf(now), devicesOf(next)];
  return [
    ...limits,
    ...definedIn(readDefined(await readDocument(running, 'domain')), readDefined(await readDocument(saved, 'domain'))),
    ...gets.filter((device) => !has.includes(device)),
    ...has.filter((device) => !gets.includes(device)).map((device) => `no ${device}`),
  ];
}

/** A guest that lets go of a device late has it again at its next start. */
const devicesOf = ({ disks, nics }: DomainXml): readonly string[] => [
  ...disks.map(({ target }) => `disk ${target}`),
  ...nics.map(({ mac }) => `NIC ${mac}`),
];

/** libvirt writes out what these stand for when a guest starts: what is saved can't be compared with that. */
const WRITTEN_OUT: ReadonlySet<SettingValue | undefined> = new Set(['host-model', 'maximum']);

function definedIn(now: Settings, next: Settings): readonly string[] {
  return definitionFields.flatMap((field) => {
    const { key, label } = field;
    const [has, gets] = [now[key], next[key]];
    const isCompared =
      field.takesEffect === 'restart' && key !== 'cpu-flag' && !(key === 'cpu' && WRITTEN_OUT.has(gets));
    return !isCompared || sameValue(field, has, gets) ? [] : [`${label} ${spell(gets)}`];
  });
}

const spell = (value: SettingValue | undefined): string =>
  typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value ?? '') || 'none';
