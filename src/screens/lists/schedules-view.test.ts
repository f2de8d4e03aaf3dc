import { expect, it } from 'vitest';
import { openStage, settled } from '../../../test/screens/light-stage.tsx';
import { plain } from '../../../test/screens/painted.ts';
import type { Schedule } from '../../state/schedules/schedule.ts';
import { createSchedules } from '../../state/schedules/schedules.ts';
import { createSchedulesView } from './schedules-view.ts';

const time = (text: string) => new Date(text).getTime();

/** The list on the disk, as the test has it. */
function open(list: readonly Schedule[]) {
  const stage = openStage({
    services: {
      schedules: {
        ...createSchedules('/nowhere', openStage().clock),
        list: async () => list,
        change: async (name, change) => {
          list = list.map((one) => (one.name === name ? change(one) : one));
        },
        remove: async (name) => {
          list = list.filter((one) => one.name !== name);
        },
      },
    },
  });
  const view = createSchedulesView(stage.stage);
  const shown = () => plain(view.lines({ columns: 80, rows: 8 })).split('\n');
  return { ...stage, view, shown };
}

const nightly: Schedule = {
  name: 'nightly',
  words: ['vm', 'stop', 'web 1'],
  config: '/c.yaml',
  when: { first: time('2020-01-01T02:00'), every: { days: 1 } },
  lateMs: 3_600_000,
  enabled: true,
  confirmed: true,
  madeBy: 'anna@desk',
  madeAt: time('2019-12-31T10:00'),
  handledUpTo: 0,
  last: { at: time('2020-01-02T02:00'), state: 'failed', text: 'nightly has ended with 1: no memory' },
};

it('F-220 lists schedules with what came of them, switches one off, and removes it when that is meant', async () => {
  const { view, shown, press, drawn, said } = open([nightly]);
  await view.load?.();
  const [titles, first, , about, last] = shown();
  expect(titles).toMatch(/^ NAME +NEXT +LAST +COMMAND/);
  expect(first).toMatch(/^ nightly +20\d\d-\d\d-\d\d 02:00 failed +vm stop 'web 1'/);
  expect(about).toBe(' every day at 02:00; made by anna@desk on 2019-12-31 10:00; it may interrupt');
  expect([last, shown()[5]]).toEqual([
    ' and destroy without a question',
    ' 2020-01-02 02:00: failed: nightly has ended with 1: no memory',
  ]);
  expect(view.press?.('x')).toBe(true);
  await settled(5);
  expect([said(), shown()[1]]).toEqual(['nightly is off', expect.stringMatching(/^ nightly +off /)]);
  view.press?.('d');
  await settled(5);
  expect(drawn()).toContain('Remove the schedule nightly?');
  press('y');
  await settled(10);
  expect(shown()[1]).toContain('Nothing runs by itself.');
});

it('says why schedules can not be read, and changes none in a read-only run', async () => {
  const light = openStage({ run: { readOnly: true } });
  const schedules = {
    ...createSchedules('/nowhere', light.clock),
    list: () => Promise.reject(new Error('schedules.json is damaged')),
  };
  const view = createSchedulesView({ ...light.stage, services: { ...light.stage.services, schedules } });
  await view.load?.();
  expect(plain(view.lines({ columns: 60, rows: 4 }))).toContain('schedules.json is damaged');
  const here = open([nightly]);
  const readOnly = createSchedulesView({ ...here.stage, run: { ...here.stage.run, readOnly: true } });
  await readOnly.load?.();
  readOnly.lines({ columns: 60, rows: 4 });
  readOnly.press?.('x');
  expect(here.said()).toBe('this run is read-only');
});
