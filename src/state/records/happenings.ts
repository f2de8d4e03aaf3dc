import type { Fleet } from '../fleet/fleet.ts';
import { type Task, type Tasks, UPDATE_CHECK } from '../tasks.ts';
import type { Notices } from './notices.ts';
import type { TaskHistory } from './task-history.ts';

/** state: what a platform tells of its objects; task: how work ended; note: what a user wrote of a row; check: what drover saw go and come back. */
export type HappeningKind = 'state' | 'task' | 'note' | 'check';

/** One line of what happened, from any of the sources. */
export interface Happening {
  /** Epoch, ms. */
  readonly at: number;
  readonly kind: HappeningKind;
  /** The id of what it is about; undefined: a whole endpoint, several objects, or drover itself. */
  readonly subject: string | undefined;
  /** Of the subject; empty where there is none. May come from a host, as the text. */
  readonly name: string;
  readonly text: string;
}

export interface HappeningSources {
  readonly store: { readonly fleet: Pick<Fleet, 'events' | 'nameOf' | 'grouping'> };
  readonly tasks: Pick<Tasks, 'list'>;
  readonly taskHistory: Pick<TaskHistory, 'run' | 'list'>;
  readonly notices: Pick<Notices, 'list'>;
}

/** All that is known to have happened, in this run and in earlier ones, oldest first. */
export function happenings({ store, tasks, taskHistory, notices }: HappeningSources): readonly Happening[] {
  const { events, grouping, nameOf } = store.fleet;
  const past = taskHistory.list().flatMap((one) => (one.run === taskHistory.run ? [] : [one.task]));
  const ended = [...tasks.list(), ...past];
  const titles = new Set(ended.map(({ title }) => title));
  const all: readonly Happening[] = [
    ...events.map(({ at, subject, text }): Happening => {
      const name = subject === undefined ? '' : (nameOf(subject) ?? subject);
      return { at, kind: 'state', subject, name, text };
    }),
    ...ended.flatMap(endOf),
    ...[...grouping.notes].flatMap(([subject, { at, by, text }]): readonly Happening[] =>
      Number.isNaN(at)
        ? []
        : [{ at, kind: 'note', subject, name: nameOf(subject) ?? subject, text: by === '' ? text : `${text} (${by})` }],
    ),
    // The end of a task says that it has failed; nothing else says that a VM did not stay on after its start.
    ...notices
      .list()
      .flatMap(({ at, kind, subject, name, text }): readonly Happening[] =>
        kind === 'task-failed' && beginsWithOne(titles, text) ? [] : [{ at, kind: 'check', subject, name, text }],
      ),
  ];
  return all.toSorted((a, b) => a.at - b.at);
}

/** `TITLE: what came of it`, where it is the title of one of the tasks. */
function beginsWithOne(titles: ReadonlySet<string>, text: string): boolean {
  for (let at = text.indexOf(': '); at >= 0; at = text.indexOf(': ', at + 1))
    if (titles.has(text.slice(0, at))) return true;
  return false;
}

function endOf({ action, title, state, endedAt, items }: Task): readonly Happening[] {
  const [only, second] = items;
  if (endedAt === undefined || !only) return [];
  const of = { at: endedAt, kind: 'task' } as const;
  if (second) return [{ ...of, subject: undefined, name: '', text: `${title}: ${state}` }];
  const subject = action === UPDATE_CHECK ? undefined : only.id;
  return [{ ...of, subject, name: only.name, text: `${title}: ${only.text || state}` }];
}
