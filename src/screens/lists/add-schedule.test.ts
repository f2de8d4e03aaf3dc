import { expect, it } from 'vitest';
import { openStage } from '../../../test/screens/light-stage.tsx';
import type { Dialogs } from '../dialogs/dialogs.ts';
import { addSchedule } from './add-schedule.ts';

/** Gives these answers to the questions, one after the other; each must be one that can be entered. */
async function answered(answers: readonly string[], code = 0) {
  const light = openStage();
  const left = [...answers];
  const ran: (readonly string[])[] = [];
  const dialogs: Dialogs = {
    ...light.stage.dialogs,
    async prompt({ complaint }) {
      const answer = left.shift() ?? '';
      expect([answer, complaint?.(answer)]).toEqual([answer, undefined]);
      return answer;
    },
    confirm: async () => left.shift() === 'y',
  };
  const added = await addSchedule({ ...light.stage, dialogs }, async (argv) => {
    ran.push(argv);
    return {
      code,
      said: code === 0 ? 'nightly runs every day at 02:00\n' : 'there is no command "vm fly"\n  drover help\n',
    };
  });
  return { added, ran, said: light.said() };
}

it('F-220 makes a schedule of a command, a time and a name, and asks first where it interrupts', async () => {
  expect(await answered(['vm start web1', 'every day at 02:00', 'nightly'])).toEqual({
    added: true,
    ran: [
      [
        ...['schedule', 'add', 'nightly', '--config=/nowhere/config.yaml', '--every=day', '--at=02:00'],
        ...['--', 'vm', 'start', 'web1'],
      ],
    ],
    said: 'nightly runs every day at 02:00',
  });
  const agreed = await answered(['vm stop web1', 'every 6h', 'nightly', 'y']);
  expect(agreed.ran[0]).toContain('--yes');
  expect(await answered(['vm stop web1', 'every 6h', 'nightly', 'n'])).toMatchObject({ added: false, ran: [] });
  expect(await answered(['vm fly web1', 'every 6h', 'nightly'], 2)).toMatchObject({
    added: false,
    said: 'there is no command "vm fly"',
  });
});
