import { expect, it } from 'vitest';
import { openStage, settled } from '../../../test/screens/light-stage.tsx';
import { addSchedule } from './add-schedule.ts';

/** Types the answers, one after the other, each when the next question is there. */
async function answered(answers: readonly string[], code = 0) {
  const light = openStage();
  const ran: (readonly string[])[] = [];
  const adding = addSchedule(light.stage, async (argv) => {
    ran.push(argv);
    return {
      code,
      said: code === 0 ? 'nightly runs every day at 02:00\n' : 'there is no command "vm fly"\n  drover help\n',
    };
  });
  for (const answer of answers) {
    await settled(5);
    light.press(...[...answer].map((key) => (key === ' ' ? 'space' : key)), 'enter');
  }
  return { added: await adding, ran, said: light.said() };
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
