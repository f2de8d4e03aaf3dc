/** All disks of a VM but the one that it starts from, in one go. */
import { FleetError, sentence } from '../errors.ts';
import { type AttachedDisk, isRows, type Settings, type SettingValue, type Warning } from '../platforms/contract.ts';
import type { Args, ObjectAction } from './action.ts';
import { needed } from './object-action.ts';
import { seenInList } from './seen-in-list.ts';

const LIMIT_MS = 60_000;

/** What was read: the disks that go, and the one that stays. */
const GOES = 'goes';
const STAYS = 'stays';

/** Drives stay, and so does the disk that comes first when it starts: the first one, where no order is known. */
function divided(all: readonly AttachedDisk[]) {
  const disks = all.filter(({ type }) => type !== 'cdrom' && type !== 'floppy');
  const [first] = disks.toSorted((a, b) => orderOf(a) - orderOf(b));
  return { stays: first, goes: disks.filter((disk) => disk !== first) };
}

const orderOf = ({ bootOrder = Number.MAX_SAFE_INTEGER }: AttachedDisk): number => bootOrder;

const asRows = (disks: readonly AttachedDisk[]): readonly Settings[] =>
  disks.map(({ id, name, path }) => ({ id, name, path }));

const rowsIn = (args: Args, key: string): readonly Settings[] => {
  const rows = args[key] as SettingValue | undefined;
  return isRows(rows) ? rows : [];
};

/** `vdb (/srv/vms/data.qcow2)`. */
const spelled = ({ name, path }: Settings): string => (path ? `${name} (${path})` : String(name));

export const detachDisksAction: ObjectAction<'vm'> = {
  kind: 'object',
  id: 'vm.detach-disks',
  noun: 'vm',
  on: 'vm',
  title: 'Detach other disks',
  help: 'Take all disks off a VM but the one that it starts from; their volumes and the drives stay.',
  keys: [],
  danger: 'interrupts',
  needs: 'disk.detach',
  loses: () => 'A guest that has them mounted loses what it has not written.',
  fits: () => true,
  reads: async (connection, { id }, signal): Promise<Settings> => {
    const { goes, stays } = divided(await needed(connection, 'disk.list')(id, signal));
    return { [GOES]: asRows(goes), [STAYS]: asRows(stays ? [stays] : []) };
  },
  differs: (args) => {
    const goes = rowsIn(args, GOES).map((disk) => `goes: ${spelled(disk)}`);
    return goes.length === 0 ? [] : [...rowsIn(args, STAYS).map((disk) => `stays: ${spelled(disk)}`), ...goes];
  },
  outcome: (_args, vm) =>
    vm &&
    seenInList({
      kind: 'disk',
      of: vm.id,
      words: 'has no disk but the one that it starts from',
      limitMs: LIMIT_MS,
      holds: (all) => {
        const { goes } = divided(all);
        return goes.length === 0 || `still has ${goes.map(({ name }) => name).join(', ')}`;
      },
    }),
  async send(connection, vm, args, signal, report) {
    const { goes, stays } = divided(await needed(connection, 'disk.list')(vm.id, signal));
    const isAsShown = (key: string, disks: readonly AttachedDisk[]) =>
      JSON.stringify(asRows(disks)) === JSON.stringify(rowsIn(args, key));
    if (!isAsShown(GOES, goes) || !isAsShown(STAYS, stays ? [stays] : []))
      throw new FleetError('op.conflict', `${vm.name} has other disks now than those that were shown`, {
        fix: 'look at them and choose again',
      });
    const done: string[] = [];
    const warnings: Warning[] = [];
    let dryRun: true | undefined;
    for (const { id, name } of goes) {
      report(`${done.length} of ${goes.length}`);
      const accepted = await needed(connection, 'disk.detach')(id, signal).catch((error: unknown) => {
        throw done.length === 0 ? error : naming(done, error, signal);
      });
      dryRun ??= accepted.dryRun;
      warnings.push(...accepted.warnings.map((one) => ({ ...one, detail: `${name}: ${one.detail}` })));
      done.push(name);
    }
    return { warnings, ...(dryRun && { dryRun }) };
  },
};

/** The error with what was done before it, also when the user has given up. */
function naming(done: readonly string[], error: unknown, signal: AbortSignal): FleetError {
  const known = error instanceof FleetError ? error : undefined;
  const isGivenUp = signal.aborted && known?.code !== 'outcome.unknown';
  const said = isGivenUp ? 'cancelled; what was sent before may still happen' : sentence(error);
  return new FleetError(
    isGivenUp ? 'op.cancelled' : (known?.code ?? 'op.failed'),
    `${said}; detached before: ${done.join(', ')}`,
    { cause: error, ...(known?.fix !== undefined && { fix: known.fix }) },
  );
}
