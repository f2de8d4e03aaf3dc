import type { DeletePlan } from '../../platforms/contract.ts';
import { wrapped } from '../components/wrap.ts';
import { toldColumns } from '../forms/told-columns.ts';
import type { Stage } from '../stage.ts';

const MOST_LISTED = 8;

/** What the answers of the delete form mean for what is lost. */
export interface LossChoice {
  readonly keepDisks: boolean;
  /** Files of which it is not known whether another VM needs them are deleted too. */
  readonly deleteUnknown: boolean;
  /** Snapshots go with it. */
  readonly withSnapshots: boolean;
  /** VMs that were not looked at, since there are too many. */
  readonly unasked: number;
}

/** What is lost and what stays, as painted lines: by path, the first of each kind and the count of the rest. */
export function lossLines(stage: Stage, losses: readonly DeletePlan[], choice: LossChoice): readonly string[] {
  const { theme } = stage.look;
  const { keepDisks, deleteUnknown, withSnapshots, unasked } = choice;
  const painted = (text: string, colour: 'danger' | 'dim' | 'warning') =>
    wrapped(text, toldColumns(stage)).map((line) => theme.paint(colour, line));
  const listed = (lead: string, paths: readonly string[], colour: 'danger' | 'dim' | 'warning') => [
    ...paths.slice(0, MOST_LISTED).flatMap((path) => painted(lead + path, colour)),
    ...(paths.length > MOST_LISTED ? [theme.paint(colour, `${lead}${paths.length - MOST_LISTED} more`)] : []),
  ];
  const impossible = keepDisks
    ? losses.find(({ keepDisksRefused }) => keepDisksRefused !== undefined)?.keepDisksRefused
    : undefined;
  const refused = losses.flatMap((one) => one.refused ?? []);
  if (refused.length > 0) return listed('Not possible: ', refused, 'danger');
  if (impossible !== undefined) return painted(`Disks can't be kept: ${impossible}`, 'danger');
  const goes = losses.flatMap((one) => one.goes);
  const unknown = losses.flatMap((one) => one.unknown ?? []).map(({ path, why }) => `${path} (${why})`);
  const unknownGoes = deleteUnknown && !keepDisks;
  return [
    ...listed(keepDisks ? 'Stays: ' : 'Is lost: ', goes, keepDisks ? 'dim' : 'danger'),
    ...listed(unknownGoes ? 'Is lost: ' : 'Stays: ', unknown, unknownGoes ? 'danger' : 'warning'),
    ...listed(
      'Is lost: ',
      losses.flatMap(({ savedMemory }) => (savedMemory ? ['memory saved when it was suspended'] : [])),
      'danger',
    ),
    ...listed(
      withSnapshots ? 'Is lost: snapshot ' : 'Must go too, choose Snapshots: ',
      losses.flatMap(({ snapshots = [] }) => snapshots),
      withSnapshots ? 'danger' : 'warning',
    ),
    ...listed(
      'Stays: ',
      losses.flatMap(({ stays }) => stays),
      'dim',
    ),
    ...(goes.length === 0 && unknown.length === 0 && unasked === 0
      ? [theme.paint('dim', 'No disk goes with it.')]
      : []),
    ...(unasked > 0 ? [theme.paint('warning', `The disks of ${unasked} further VMs were not looked at.`)] : []),
  ];
}
