import { describe, expect, it } from 'vitest';
import { FleetError } from '../../src/errors.ts';
import { createTasks, type TaskWork } from '../../src/state/tasks.ts';
import { createTestClock } from '../clock.ts';

/** Work that goes on until it is cancelled, and then ends with this. */
const until = (name: string, ending: () => Error): TaskWork => ({
  id: name,
  name,
  lane: 'h1',
  run: (signal) => new Promise((_, reject) => void signal.addEventListener('abort', () => reject(ending()))),
});
const unknown = () => new FleetError('outcome.unknown', 'the link died after the request was sent', { fix: 'look' });
const cancelled = () => new FleetError('op.cancelled', 'cancelled');

function run(...work: readonly TaskWork[]) {
  const tasks = createTasks(createTestClock());
  return { tasks, ...tasks.run({ action: 'vm.stop', title: 'Stop', work }) };
}

describe('a task that is cancelled', () => {
  it('still says that the outcome of what was sent is not known', async () => {
    const { tasks, id, ended } = run(until('web1', unknown));
    tasks.cancel(id);
    const { state, items } = await ended;
    expect([state, items]).toEqual([
      'unknown',
      [
        {
          id: 'web1',
          name: 'web1',
          state: 'unknown',
          text: 'the link died after the request was sent',
          fix: 'look',
          code: 'outcome.unknown',
        },
      ],
    ]);
  });

  it('is unknown as a whole when that is so of one item, and names it', async () => {
    const { tasks, id, ended } = run(until('web1', cancelled), until('web2', unknown));
    tasks.cancel(id);
    const { state, items } = await ended;
    expect([state, items.map((item) => item.state)]).toEqual(['unknown', ['cancelled', 'unknown']]);
  });

  it('sends nothing of what had still to wait', async () => {
    const sent: string[] = [];
    const slow = Array.from({ length: 4 }, (_, at) => until(`web${at}`, cancelled));
    const late: TaskWork = {
      id: 'late',
      name: 'late',
      lane: 'h1',
      run: () => {
        sent.push('late');
        return Promise.reject(cancelled());
      },
    };
    const { tasks, id, ended } = run(...slow, late);
    tasks.cancel(id);
    expect((await ended).items.at(-1)).toMatchObject({ state: 'cancelled', text: 'cancelled before it was sent' });
    expect(sent).toEqual([]);
  });
});
