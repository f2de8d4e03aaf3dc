/** What a change of a VM is made of: flags, single pairs, and kcli's parameters below them. */
import { FleetError } from '../errors.ts';
import type { Field, Settings } from '../platforms/contract.ts';
import type { Preset } from '../state/presets/preset.ts';
import { POOL, settingsIn } from '../state/presets/settings-in.ts';
import type { GivenFiles } from './given-files.ts';
import { type Given, valuesGiven } from './given-values.ts';
import { type PairEdits, withPairs } from './pair-edits.ts';

export interface GivenChange {
  /** Whole values; of pairs what they become counts. */
  readonly changes: Settings;
  /** Where the other pairs of a setting stay. */
  readonly pairs: PairEdits;
}

interface AllGiven {
  readonly said: Preset;
  readonly flags: readonly Given[];
  readonly pairs: PairEdits;
  readonly fields: readonly Field[];
  readonly unknown: (given: Given) => FleetError;
}

/** Pairs of parameters are set one by one: the others stay, as kcli does it. Throws usage for what can't be taken. */
export async function changeGiven(
  { said, flags, pairs, fields, unknown }: AllGiven,
  files: GivenFiles,
): Promise<GivenChange> {
  refusePool(said);
  const below = await valuesGiven(notTwice(settingsIn(said, fields), flags, fields), fields, files, unknown);
  const changes = { ...below, ...(await valuesGiven(flags, fields, files, unknown)) };
  return { changes, pairs: withPairs(pairs, below) };
}

/** Disks of a VM that is there are where they are. */
function refusePool(said: Preset): void {
  const where = said.get(POOL)?.where;
  if (where !== undefined) throw new FleetError('usage', `${where}: is where disks of a new VM are made`);
}

/** What kcli's parameters say and no flag does. Throws usage where single pairs and all pairs are said. */
function notTwice(given: readonly Given[], flags: readonly Given[], fields: readonly Field[]): readonly Given[] {
  const twice = given.filter(({ key }) => flags.some((flag) => flag.key === key));
  const pairs = twice.find(({ key }) => fields.some((field) => field.key === key && field.kind === 'pairs'));
  if (pairs) {
    throw new FleetError('usage', `${pairs.where}: --${pairs.key} says all that it has already`, {
      fix: 'give one of the two',
    });
  }
  return given.filter((one) => !twice.includes(one));
}
