/** The file of a template: YAML, read as the configuration is, and never run. */
import { didYouMean } from '../../nearest.ts';
import type { Located, LocatedMap } from '../config/located.ts';
import type { Position, Problem } from '../config/problem.ts';
import { readYaml } from '../config/yaml-file.ts';
import { type Preset, writtenOf } from '../presets/preset.ts';
import { applianceIn } from './read-appliance.ts';
import { ANY_PLATFORM, FIRST_VERSION, type Template, VERSION } from './template.ts';

/** What the file itself says. */
export type TemplateText = Pick<
  Template,
  'version' | 'platform' | 'os' | 'variables' | 'vm' | 'platforms' | 'appliance'
>;

export interface ReadTemplate {
  readonly says: TemplateText;
  /** With an error among them it can't be used. */
  readonly problems: readonly Problem[];
}

const KEYS = ['version', 'platform', 'os', 'appliance', 'variables', 'vm', 'platforms'] as const;
const OS_KEYS = ['flavor', 'name', 'version'] as const;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;
/** What a profile says, and a template has in other ways. */
const NOT_HERE: Readonly<Record<string, string>> = {
  base: 'a template has no base: drover template clone makes one like another',
  profile: 'a template has no profile: the VM keeps the name of the template as its own',
};

type Complain = (at: Position, message: string) => void;

/** What the text of a template says. `file`: what problems name. `platforms`: the ids of all that there are. */
export async function readTemplate(file: string, text: string, platforms: readonly string[]): Promise<ReadTemplate> {
  const { tree, broken } = await readYaml(file, text);
  const problems: Problem[] = [...broken];
  const complain: Complain = (at, message) => problems.push({ severity: 'error', file, at, message });
  if (broken.length === 0 && tree.kind !== 'map')
    complain(tree.at, 'a template must be keys with values, like "vm:" with "memory: 2048" below it');
  const map: LocatedMap['entries'] = tree.kind === 'map' ? tree.entries : new Map();
  for (const [key, { at }] of map)
    if (!KEYS.some((known) => known === key))
      complain(at, `unknown key ${JSON.stringify(key)}${didYouMean(key, KEYS)}: parameters of VMs stand below vm`);
  const at = (key: (typeof KEYS)[number]) => map.get(key)?.value;
  return {
    says: {
      version: versionIn(at('version'), complain),
      platform: platformIn(at('platform'), platforms, complain),
      os: osIn(at('os'), complain),
      variables: variablesIn(at('variables'), complain),
      vm: presetIn(file, 'vm', at('vm'), complain),
      platforms: perPlatform(file, at('platforms'), platforms, complain),
      ...appliancePart(at('appliance'), complain),
    },
    problems,
  };
}

const textOf = (found: Located | undefined): string | undefined => (found?.kind === 'scalar' ? found.text : undefined);
const isGiven = (found: Located | undefined): found is Located => found !== undefined && found.kind !== 'nothing';

function versionIn(found: Located | undefined, complain: Complain): string {
  const text = textOf(found);
  if (text !== undefined && VERSION.test(text)) return text;
  if (isGiven(found)) complain(found.at, 'version must be two numbers, like 1.0');
  return FIRST_VERSION;
}

function platformIn(found: Located | undefined, platforms: readonly string[], complain: Complain): string {
  const text = textOf(found);
  if (!isGiven(found)) return ANY_PLATFORM;
  if (text !== undefined && (text === ANY_PLATFORM || platforms.includes(text))) return text;
  const known = [ANY_PLATFORM, ...platforms];
  complain(found.at, `platform must be one of ${known.join(', ')}${didYouMean(text ?? '', known)}`);
  return ANY_PLATFORM;
}

/** `linux Debian 12`. */
function osIn(found: Located | undefined, complain: Complain): string {
  if (!isGiven(found)) return '';
  const entries = found.kind === 'map' ? found.entries : undefined;
  if (!entries || [...entries.keys()].some((key) => !OS_KEYS.some((known) => known === key)))
    complain(found.at, `os must have the keys ${OS_KEYS.join(', ')} alone`);
  return OS_KEYS.flatMap((key) => textOf(entries?.get(key)?.value) ?? []).join(' ');
}

function appliancePart(found: Located | undefined, complain: Complain): Pick<Template, 'appliance'> {
  if (!isGiven(found)) return {};
  const appliance = applianceIn(found);
  if (typeof appliance !== 'string') return { appliance };
  complain(found.at, appliance);
  return {};
}

function variablesIn(found: Located | undefined, complain: Complain): Readonly<Record<string, string>> {
  const variables: Record<string, string> = {};
  if (isGiven(found) && found.kind !== 'map') complain(found.at, 'variables must be names with values');
  for (const [name, { at, value }] of found?.kind === 'map' ? found.entries : []) {
    if (!VARIABLE.test(name))
      complain(at, `variables: ${JSON.stringify(name)} must have letters, digits and _ alone, and begin with no digit`);
    else if (value.kind === 'map' || value.kind === 'list') complain(value.at, `variables: ${name} must be one value`);
    else variables[name] = textOf(value) ?? '';
  }
  return variables;
}

function presetIn(file: string, section: string, found: Located | undefined, complain: Complain): Preset {
  if (isGiven(found) && found.kind !== 'map')
    complain(found.at, `${section} must be keys with values below it, like "memory: 2048"`);
  if (found?.kind !== 'map') return new Map();
  for (const [key, { at }] of found.entries) {
    const why = Object.hasOwn(NOT_HERE, key) ? NOT_HERE[key] : undefined;
    if (why !== undefined) complain(at, `${section}: ${why}`);
  }
  return new Map(
    [...found.entries].map(([key, { at, value }]) => [
      key,
      { value: writtenOf(value), where: `${key} (${file}:${at.line})` },
    ]),
  );
}

function perPlatform(
  file: string,
  found: Located | undefined,
  platforms: readonly string[],
  complain: Complain,
): ReadonlyMap<string, Preset> {
  if (isGiven(found) && found.kind !== 'map')
    complain(found.at, 'platforms must be ids of platforms with parameters below them');
  const all = new Map<string, Preset>();
  for (const [id, { at, value }] of found?.kind === 'map' ? found.entries : []) {
    if (!platforms.includes(id))
      complain(at, `platforms: there is no platform ${JSON.stringify(id)}${didYouMean(id, platforms)}`);
    else all.set(id, presetIn(file, `platforms: ${id}`, value, complain));
  }
  return all;
}
