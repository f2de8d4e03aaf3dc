/**
 * Settings that the saved definition has: read from its text, and changed in it. All that is asked for goes over in one definition,
 * so that libvirt takes all of it or nothing; what drover does not know of it stays.
 */
import { keysThatDiffer, type Settings, type Warning } from '../../contract.ts';
import { attribute, child, type XmlElement } from '../../transport/xml.ts';
import { editXml } from '../xml/edit-xml.ts';
import { cpuParts } from './cpu-parts.ts';
import { deviceParts, memoryReports } from './device-parts.ts';
import { definitionFields } from './fields.ts';
import type { Part } from './part.ts';
import { startParts } from './start-parts.ts';

const PARTS: readonly Part[] = [...startParts, ...cpuParts, ...deviceParts];

/** Every setting of the definition, that of one that runs or of the saved one; '' where nothing is said. */
export const readDefined = (domain: XmlElement): Settings => ({
  ...Object.assign({}, ...PARTS.map((part) => part.read(domain))),
  machine: attribute(child(child(domain, 'os'), 'type'), 'machine') ?? '',
  arch: attribute(child(child(domain, 'os'), 'type'), 'arch') ?? '',
  ...memoryReports.read(domain),
});

/** Of these changes those that are made in the text of the definition. */
export const keysDefined = (changes: Settings, now: Settings): readonly string[] =>
  PARTS.filter((part) => isWritten(part, changes, now)).flatMap(({ keys }) => keys.filter((key) => key in changes));

/** Settings of a new guest that its definition gets once the rest of it is written. */
const OF_NEW: ReadonlySet<string> = new Set([
  'clock',
  'on-poweroff',
  'on-reboot',
  'on-crash',
  'video',
  'memory-reports',
]);
/** Those that it has without being asked, and those that it has not. */
const ON_WITHOUT: ReadonlySet<string> = new Set(['tablet', 'balloon']);
const OFF_WITHOUT: ReadonlySet<string> = new Set(['usb-mouse', 'usb-keyboard']);

/** The definition of a new guest, with what was asked for of it. */
export async function withNewDefined(xml: string, asked: Settings): Promise<string> {
  const given = Object.entries(asked).filter(([key, value]) =>
    OF_NEW.has(key)
      ? value !== ''
      : (ON_WITHOUT.has(key) && value === false) || (OFF_WITHOUT.has(key) && value === true),
  );
  return (await withDefined(xml, Object.fromEntries(given), [...PARTS, memoryReports])).xml;
}

/** The number of vCPUs alone has a call of its own, which libvirt refuses where there is a topology. */
const isWritten = ({ keys }: Part, changes: Settings, now: Settings): boolean =>
  keys.some((key) => changes[key] !== undefined && (key !== 'max-vcpus' || now['sockets'] !== ''));

export interface Redefinition {
  readonly xml: string;
  readonly warnings: readonly Warning[];
}

/** The definition with these changes. Throws op.refused for what can't be. */
export async function withDefined(xml: string, changes: Settings, parts = PARTS): Promise<Redefinition> {
  const warnings: Warning[] = [];
  let text = xml;
  for (const part of parts) {
    // One after the other: each is read as the one before has left it.
    const editor = await editXml(text, 'domain');
    const now = part.read(editor.root);
    const asked = Object.fromEntries(part.keys.flatMap((key) => (key in changes ? [[key, changes[key] ?? '']] : [])));
    if (Object.keys(asked).length === 0 || !isWritten(part, asked, now)) continue;
    if (keysThatDiffer(definitionFields, asked, now).length === 0) continue;
    warnings.push(...part.write(editor, { ...now, ...asked }));
    text = editor.text();
  }
  return { xml: text, warnings };
}
