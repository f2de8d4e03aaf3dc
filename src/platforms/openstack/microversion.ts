/** Microversions of nova: https://docs.openstack.org/nova/latest/reference/api-microversion-history.html */
import { FleetError } from '../../errors.ts';
import { type Row, textOf } from '../lib/json.ts';
import { rowIn } from './json.ts';

/** `2.93` as [2, 93]. */
export type Microversion = readonly [major: number, minor: number];

/** What was tried: newer ones may leave something away that is read here. */
const NEWEST: Microversion = [2, 93];
/**
 * Queens, 2018. Before it flavors are links (2.47), diagnostics have another form (2.48), and who acts on a server can't
 * be followed (2.51).
 */
const OLDEST: Microversion = [2, 60];

export const spellVersion = ([major, minor]: Microversion): string => `${major}.${minor}`;

export const isAtLeast = (version: Microversion, wanted: Microversion): boolean =>
  version[0] > wanted[0] || (version[0] === wanted[0] && version[1] >= wanted[1]);

/** The newest that both sides know. Throws op.unsupported for servers that are too old. */
export function agreeOn(answer: Row, name: string): Microversion {
  const version = rowIn(answer, 'version');
  const most = parsed(textOf(version, 'version'));
  if (!most) throw new FleetError('host.protocol', `${name}: this is not Nova, or one without microversions`);
  if (!isAtLeast(most, OLDEST)) {
    throw new FleetError(
      'op.unsupported',
      `${name}: Nova speaks microversions up to ${spellVersion(most)} only; ${spellVersion(OLDEST)} (Queens) is needed`,
    );
  }
  const least = parsed(textOf(version, 'min_version'));
  if (least && !isAtLeast(NEWEST, least)) {
    throw new FleetError('op.unsupported', `${name}: Nova no longer speaks microversion ${spellVersion(NEWEST)}`);
  }
  return isAtLeast(most, NEWEST) ? NEWEST : most;
}

function parsed(text: string | undefined): Microversion | undefined {
  const [, major, minor] = /^(\d+)\.(\d+)$/.exec(text ?? '') ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor)];
}
