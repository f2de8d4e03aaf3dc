import type { KindKey } from '../../state/kind-spec.ts';
import { RUN_STATES, type Schedule, spelledWords } from '../../state/schedules/schedule.ts';
import { nextAfter, spelledWhen } from '../../state/schedules/when.ts';

/** What programs get of a schedule, in this order. */
export const scheduleKeys: readonly KindKey[] = [
  { id: 'name', type: 'text', help: 'its name', always: true },
  { id: 'command', type: 'text', help: 'what is run, as it is typed behind `drover`', always: true },
  { id: 'when', type: 'text', help: 'when it runs, for people, in the time zone of this machine', always: true },
  { id: 'enabled', type: 'flag', help: 'whether it runs at all', always: true },
  { id: 'running', type: 'flag', help: 'whether it runs now', always: true },
  { id: 'next', type: 'instant', help: 'when it runs next; unknown of one that is off or over' },
  { id: 'last', type: 'instant', help: 'when it ran last, or should have' },
  { id: 'state', type: 'text', help: 'what came of that', words: RUN_STATES },
  { id: 'text', type: 'text', help: 'the same as a sentence for people' },
  {
    id: 'confirmed',
    type: 'flag',
    help: 'whether it was agreed that it interrupts or destroys without a question',
    always: true,
  },
  { id: 'madeBy', type: 'text', help: 'who made it', always: true },
  { id: 'config', type: 'text', help: 'the configuration that it runs with', always: true },
];

export type ScheduleRow = ReturnType<typeof rowOf>;

/** `now`: epoch, ms. */
export function rowOf(schedule: Schedule, now: number) {
  const { name, when, enabled, running, last, confirmed, madeBy, config } = schedule;
  const next = enabled ? nextAfter(when, now) : undefined;
  return {
    name,
    command: spelledWords(schedule),
    when: spelledWhen(when),
    enabled,
    running: running !== undefined,
    next: next === undefined ? undefined : new Date(next).toISOString(),
    last: last && new Date(last.at).toISOString(),
    state: last?.state,
    text: last?.text,
    confirmed,
    madeBy,
    config,
  };
}
