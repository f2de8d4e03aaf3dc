import { FleetError } from '../../errors.ts';
import { type Field, keysThatDiffer, type NetworkSettings, type Settings, type SettingValue } from '../contract.ts';

/**
 * Throws op.conflict when what a form was filled with (`basedOn`) is not what the VM or network, by its name, has now: another program
 * was quicker. `spell` says a value of a key for the sentence.
 */
export function refuseStale(
  fields: readonly Field[],
  name: string,
  basedOn: Settings,
  now: Settings,
  spell: (key: string, value: SettingValue | undefined) => string = (_key, value) => String(value),
): void {
  const stale = keysThatDiffer(fields, basedOn, now);
  if (stale.length === 0) return;
  const said = stale.map((key) => `${key} is ${spell(key, now[key])} now, not ${spell(key, basedOn[key])}`).join('; ');
  throw new FleetError('op.conflict', `${name} was changed by another program meanwhile: ${said}`, {
    fix: 'look at the new values and make your change again',
  });
}

/** The same of a network. */
export const refuseStaleNetwork = (
  name: string,
  basedOn: Partial<NetworkSettings>,
  now: Partial<NetworkSettings>,
): void => refuseStale([], name, asTexts(basedOn), asTexts(now), (_key, value) => String(value ?? '') || 'none');

const asTexts = ({ forwarders, ...others }: Partial<NetworkSettings>): Settings => ({
  ...others,
  ...(forwarders && { forwarders: forwarders.join(', ') }),
});
