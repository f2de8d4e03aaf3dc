import { FleetError } from '../errors.ts';
import type { KindKey } from '../state/kind-spec.ts';
import { passes } from '../state/query/row-filter.ts';
import type { PastTask } from '../state/records/past-tasks.ts';
import { type Command, EXIT } from './command.ts';
import { type Column, renderDetails, renderList } from './output.ts';

/** What programs get of a task, in this order. */
export const taskKeys: readonly KindKey[] = [
  { id: 'id', type: 'text', help: 'for task info', always: true },
  { id: 'name', type: 'text', help: 'what was to be done, as a sentence for people', always: true },
  { id: 'action', type: 'text', help: 'the verb: `vm.stop`', always: true },
  {
    id: 'state',
    type: 'text',
    help: 'how it ended; running: it has not; interrupted: its drover ended before it did',
    words: ['running', 'done', 'failed', 'partly', 'cancelled', 'unknown', 'interrupted'],
    always: true,
  },
  { id: 'started', type: 'instant', help: 'when it began', always: true },
  { id: 'ended', type: 'instant', help: 'when it ended; unknown of one that was interrupted' },
  { id: 'items', type: 'count', help: 'how many objects it is for', always: true },
  { id: 'done', type: 'count', help: 'how many of them were done', always: true },
  { id: 'failed', type: 'count', help: 'how many of them were not done, or it is not known whether', always: true },
  { id: 'who', type: 'text', help: 'who began it', always: true },
  { id: 'process', type: 'text', help: 'the drover that runs it now' },
];

type TaskRow = ReturnType<typeof rowOf>;

const columns: readonly Column<TaskRow>[] = [
  { title: 'STARTED', show: ({ started }) => started },
  { title: 'STATE', show: ({ state }) => state },
  { title: 'DONE', align: 'right', show: ({ done, items }) => `${done}/${items}` },
  { title: 'TASK', shrinksTo: 16, show: ({ name }) => name },
  { title: 'ID', show: ({ id }) => id },
];

export const taskCommands: readonly Command[] = [
  {
    noun: 'task',
    verb: 'list',
    help: 'List what was done and what became of it, also by other runs; the newest 200.',
    takes: '',
    flags: () => [],
    async run({ app, global, printer, format, columns: room }) {
      const tasks = await app.taskHistory.refresh();
      const rows = tasks.map(rowOf).filter((row) => passes(row, global.filter, taskKeys));
      await printer.print(await renderList({ rows, columns, name: ({ id }) => id }, format, room));
      return EXIT.done;
    },
  },
  {
    noun: 'task',
    verb: 'info',
    help: 'Show what became of each object of a task.',
    takes: 'ID',
    flags: () => [],
    async run({ app, printer, format }, { words }) {
      const [key, ...more] = words;
      if (key === undefined || more.length > 0) throw new FleetError('usage', 'task info takes one id');
      const past = (await app.taskHistory.refresh()).find((one) => one.key === key);
      if (!past)
        throw new FleetError('usage', `there is no task ${JSON.stringify(key)}`, {
          fix: 'drover task list shows their ids',
        });
      const row = rowOf(past);
      const { items } = past.task;
      const value = {
        ...row,
        results: items.map(({ id, name, state, text, fix, code }) => ({ id, name, state, text, fix, code })),
      };
      const omitted = row.items - items.length;
      const lines: readonly (readonly [string, string])[] = [
        ...(['name', 'state', 'started', 'ended', 'who', 'process'] as const).flatMap((one) =>
          row[one] === undefined ? [] : [[one, row[one]] as const],
        ),
        ...items.map(({ name, state, text, fix }) => [name, spelled(state, text, fix)] as const),
        ...(omitted > 0 ? [['more', `${omitted} that are not kept`] as const] : []),
      ];
      await printer.print(await renderDetails({ value, name: past.key, lines }, format));
      return EXIT.done;
    },
  },
];

const spelled = (state: string, text: string, fix: string | undefined): string =>
  [`${state}${text === '' ? '' : `: ${text}`}`, ...(fix === undefined ? [] : [fix])].join('; ');

function rowOf({ key, who, runsIn, task, counts }: PastTask) {
  const { action, title, state, startedAt, endedAt } = task;
  const { done = 0, failed = 0, unknown = 0 } = counts;
  return {
    id: key,
    name: title,
    action,
    state,
    started: instant(startedAt),
    ended: endedAt === undefined ? undefined : instant(endedAt),
    items: Object.values(counts).reduce((sum, count) => sum + count, 0),
    done,
    failed: failed + unknown,
    who,
    process: runsIn,
  };
}

const instant = (at: number): string => new Date(at).toISOString();
