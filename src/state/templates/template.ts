/** What the template library holds: words and names, without the disk. */
import { FleetError } from '../../errors.ts';
import { didYouMean } from '../../nearest.ts';
import type { Problem } from '../config/problem.ts';
import type { Preset } from '../presets/preset.ts';
import type { TemplateAppliance } from './read-appliance.ts';

/** A template is known by its group and its name, as the folders are called. */
export interface TemplateName {
  readonly group: string;
  readonly name: string;
}

/** For any platform that takes its parameters. */
export const ANY_PLATFORM = 'any';
export const FIRST_VERSION = '1.0';
/** Where a template is put that is given no group (ConVirt's word for it). */
export const FIRST_GROUP = 'Common';

export interface Template extends TemplateName {
  readonly version: string;
  /** Id of the platform that it is for, or `any`. */
  readonly platform: string;
  /** What runs in the guest, for people: `linux Debian 12`; empty where it is not said. */
  readonly os: string;
  /** By name, each with the value that a pool or the user may replace; an empty one must be given. */
  readonly variables: Readonly<Record<string, string>>;
  /** Parameters of new VMs, as profiles have them. */
  readonly vm: Preset;
  /** By platform: what counts more there than `vm`. */
  readonly platforms: ReadonlyMap<string, Preset>;
  /** What it was imported from; undefined for one that was made otherwise. */
  readonly appliance?: TemplateAppliance;
  /** What people read of it; empty where there is none. */
  readonly description: string;
  /** Whether it has a script that runs when a VM is made. */
  readonly hasScript: boolean;
  /** Absolute path of its folder. */
  readonly folder: string;
  /** When its file was written last, epoch in ms. */
  readonly changedAt: number;
  /** Older versions that are kept, oldest first. */
  readonly older: readonly string[];
}

/** What a scan of the library found. */
export interface Scanned {
  /** Every group, also one without templates, in order. */
  readonly groups: readonly string[];
  /** By group and name. */
  readonly templates: readonly Template[];
  /** What can't be used, by file and line; the rest is there all the same. */
  readonly problems: readonly Problem[];
}

/** `Common/web`. */
export const spellTemplate = ({ group, name }: TemplateName): string => `${group}/${name}`;

/** `Common/web@1.2`: what VMs keep as their profile, so that they are found by their template. */
export const profileOfTemplate = (template: TemplateName & Pick<Template, 'version'>): string =>
  `${spellTemplate(template)}@${template.version}`;

const PROFILE = /^([^/@]+)\/([^/@]+)@(\d+\.\d+)$/;

/** The template that a VM was made of, by its profile; undefined for any other profile. */
export function templateOfProfile(profile: string | undefined): (TemplateName & Pick<Template, 'version'>) | undefined {
  const [, group, name, version] = PROFILE.exec(profile ?? '') ?? [];
  return group && name && version ? { group, name, version } : undefined;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** Why a template or a group can't be called that, as a sentence without its name; undefined when it can. */
export const templateNameComplaint = (name: string): string | undefined =>
  NAME.test(name)
    ? undefined
    : 'it must begin with a letter or a digit, and have letters, digits, _ and - alone, 64 at most';

/** The same for `GROUP/NAME`. */
export function newTemplateComplaint(text: string): string | undefined {
  const [group = '', name, ...more] = text.split('/');
  if (name === undefined || more.length > 0) return 'it must be GROUP/NAME';
  return templateNameComplaint(group) ?? templateNameComplaint(name);
}

/** `1.2`: two whole numbers. */
export const VERSION = /^(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})$/;

/** Below 0 where the first is older. Both must be versions. */
export function compareVersions(one: string, other: string): number {
  const [major = 0, minor = 0] = one.split('.').map(Number);
  const [otherMajor = 0, otherMinor = 0] = other.split('.').map(Number);
  return major - otherMajor || minor - otherMinor;
}

/** `1.0` becomes `1.1`. */
export function nextVersion(version: string): string {
  const [major = 1, minor = 0] = version.split('.').map(Number);
  return `${major}.${minor + 1}`;
}

/** A name as it is typed: with its group, or alone where only one group has it; `@1.0` behind it is an older version. */
export interface TemplateWord {
  readonly template: Template;
  readonly version: string | undefined;
}

/** Throws usage for none, and name.ambiguous for more than one. */
export function findTemplate(word: string | undefined, templates: readonly Template[]): TemplateWord {
  if (word === undefined) throw new FleetError('usage', 'which template? Name it as GROUP/NAME');
  const [name = '', version, ...more] = word.split('@');
  const found = templates.filter((one) => one.name === name || spellTemplate(one) === name);
  const [template] = found;
  if (found.length > 1)
    throw new FleetError('name.ambiguous', `${name} is the name of ${found.length} templates`, {
      fix: `say which: ${found.map(spellTemplate).join(', ')}`,
    });
  if (!template || more.length > 0) {
    const known = templates.flatMap((one) => [spellTemplate(one), one.name]);
    throw new FleetError('usage', `there is no template ${JSON.stringify(word)}${didYouMean(name, known)}`, {
      fix: 'drover template list shows them; drover template add --built-in writes those that come with drover',
    });
  }
  if (version === undefined || version === template.version) return { template, version: undefined };
  if (template.older.includes(version)) return { template, version };
  const versions = [...template.older, template.version].join(', ');
  throw new FleetError('usage', `${spellTemplate(template)} has no version ${JSON.stringify(version)}`, {
    fix: `there ${template.older.length === 0 ? 'is' : 'are'} ${versions}`,
  });
}
