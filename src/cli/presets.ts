/** What a profile, a flavor, the rules for names and the defaults say of a new VM. */
import { FleetError } from '../errors.ts';
import { didYouMean } from '../nearest.ts';
import type { Written } from '../state/fields.ts';
import { joined, type Preset, type Said } from '../state/presets/preset.ts';
import type { Presets, Rule } from './preset-files.ts';

/** Deeper than anyone nests them: a profile that is its own base. */
const DEPTH_MAX = 20;

export interface PresetOfName {
  readonly says: Preset;
  /** The part of it that rules say. */
  readonly ofRules: Preset;
}

/**
 * All that is said of a VM of this name, in this order: defaults, flavor, profile, rules, of which the last counts. Throws usage for
 * a profile that is its own base, for a flavor that is not there, unless the platform has flavors of its own (`hasFlavors`), and where rules are strict for a name that fits none.
 */
export function presetFor(
  name: string,
  { profile, flavor }: { readonly profile: string | undefined; readonly flavor: string | undefined },
  presets: Presets,
  hasFlavors = false,
): PresetOfName {
  const ofProfile: Preset = profile === undefined ? new Map() : profileOf(presets, profile);
  const fitting = presets.rules.flatMap((rule) => {
    const found = patternOf(rule).exec(name);
    return found ? [filledIn(rule.says, found)] : [];
  });
  if (presets.strict && fitting.length === 0) {
    throw new FleetError('usage', `no rule fits the name ${JSON.stringify(name)}, and VMs are made by rules alone`, {
      fix: 'rules-strict of the configuration, or vmrules_strict of kcli, says so',
    });
  }
  const ofRules = fitting.reduce<Preset>((all, says) => joined(all, says), new Map());
  const size = flavor ?? textOf(ofRules.get('flavor')) ?? textOf(ofProfile.get('flavor'));
  const ofPlatform = size !== undefined && hasFlavors && !presets.flavors.has(size);
  const all = [ofPlatform ? new Map<string, Said>() : flavorOf(presets, size), ofProfile, ofRules].reduce<Preset>(
    (below, says) => joined(below, says),
    presets.defaults,
  );
  const says = new Map([...all].filter(([key]) => key !== 'flavor' && key !== 'base'));
  return { says: ofPlatform ? says.set('flavor', { value: size, where: 'the flavor' }) : says, ofRules };
}

export const textOf = (said: Said | undefined): string | undefined =>
  typeof said?.value === 'string' ? said.value : undefined;

/** With what its base says. One that is not there says nothing: it is only a word that is kept with the VM. */
export function profileOf({ profiles }: Pick<Presets, 'profiles'>, name: string, depth = 0): Preset {
  const own = profiles.get(name)?.says ?? new Map<string, Said>();
  if (depth > DEPTH_MAX) throw new FleetError('usage', `the profile ${name} is its own base`);
  const base = textOf(own.get('base'));
  return base === undefined ? own : joined(profileOf({ profiles }, base, depth + 1), own);
}

function flavorOf({ flavors }: Presets, name: string | undefined): Preset {
  if (name === undefined) return new Map();
  const flavor = flavors.get(name);
  if (flavor) return flavor;
  const known = [...flavors.keys()];
  throw new FleetError('usage', `there is no flavor ${JSON.stringify(name)}${didYouMean(name, known)}`, {
    fix:
      known.length > 0
        ? `there are ${known.join(', ')}`
        : 'flavors: of the configuration, or ~/.kcli/flavors.yml, has them',
  });
}

function patternOf({ pattern, where }: Rule): RegExp {
  try {
    return new RegExp(`^(?:${pattern})`);
  } catch {
    throw new FleetError('usage', `the rule ${where} is no regular expression`);
  }
}

/** `\\1` is what the first group of the pattern has found. */
const filledIn = (says: Preset, found: RegExpExecArray): Preset => {
  const filled = (value: Written): Written =>
    typeof value === 'string'
      ? value.replace(/\\(\d)/g, (whole, digit: string) => found[Number(digit)] ?? whole)
      : value;
  return new Map([...says].map(([key, said]) => [key, { ...said, value: filled(said.value) }]));
};
