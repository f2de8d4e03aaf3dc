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

/** A guest starts with all of its memory, and gives back what is more than its setting once its balloon driver runs. */
const BALLOON_MS = 60_000;

/** Whether a guest that was started at this time may still have memory that it will give back; epoch, ms. */
export const isSettling = (bootedAt: number | undefined, now: number): boolean =>
  bootedAt !== undefined && now - bootedAt < BALLOON_MS;

/**
 * One thing each: `Memory 512M`, `CPU host-model`, `disk vdb`, `no NIC 52:54:…`. Of a guest that was `settling` when it was read, memory
 * that its balloon has not touched is no change. Rejects with XmlError for what is no domain.
 */
export async function pendingIn(running: string, saved: string, settling = false): Promise<readonly string[]> {
  if (running === saved) return [];
  const [now, next] = await Promise.all([readDomainXml(running), readDomainXml(saved)]);
  const isUntouched = settling && now.memory === now.maxMemory && now.maxMemory === next.maxMemory;
  const limits = LIMITS.flatMap(([label, key, spell]) =>
    now[key] === next[key] || (key === 'memory' && isUntouched)
      ? []
      : [`${label} ${(spell as (value: number) => string)(next[key])}`],
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
