import { expect, it } from 'vitest';
import { openStage } from '../../../test/screens/light-stage.tsx';
import type { Dialogs } from '../dialogs/dialogs.ts';
import { addSchedule } from './add-schedule.ts';

const WARNING = '/nowhere/config.yaml:3: unknown key "colour"\n  did you mean color?\n';
const ASKED =
  "vm stop 'web 1' interrupts what it names without a question, each time that it runs, and there is no terminal to ask at; nothing was done\n  add --yes if that is what you want\n";

const TAKEN_AWAY = ':schedules lists it, and d there removes it';

/** What the command line says of the command behind `--`. */
function saidOf(argv: readonly string[]): { readonly code: number; readonly said: string } {
  if (argv.includes('fly')) return { code: 2, said: `${WARNING}there is no command "vm fly"\n  drover help\n` };
  if (argv.includes('stop') && !argv.includes('--yes')) return { code: 2, said: `${WARNING}${ASKED}` };
  return { code: 0, said: `${WARNING}nightly runs every day at 02:00\n` };
}

/** Gives these answers to the questions, one after the other; each must be one that can be entered. */
async function answered(answers: readonly string[]) {
  const light = openStage();
  const left = [...answers];
  const ran: (readonly string[])[] = [];
  const details: string[] = [];
  const dialogs: Dialogs = {
    ...light.stage.dialogs,
    async prompt({ complaint }) {
      const answer = left.shift() ?? '';
      expect([answer, complaint?.(answer)]).toEqual([answer, undefined]);
      return answer;
    },
    async confirm(question) {
      details.push(...(question.details ?? []));
      return left.shift() === 'y';
    },
  };
  const added = await addSchedule({ ...light.stage, dialogs }, async (argv) => {
    ran.push(argv);
    return saidOf(argv);
  });
  return { added, ran, details, said: light.said() };
}

it('F-220 makes a schedule of a command, a time and a name, and asks first where it interrupts', async () => {
  const given = ['schedule', 'add', 'nightly', '--config=/nowhere/config.yaml'];
  expect(await answered(['vm start web1', 'every day at 02:00', 'nightly'])).toEqual({
    added: true,
    ran: [[...given, '--every=day', '--at=02:00', '--', 'vm', 'start', 'web1']],
    details: [],
    said: `nightly runs every day at 02:00; ${TAKEN_AWAY}`,
  });
  // By whatever words the command is called.
  const line = "-C host1 stop vm 'web 1'";
  const words = ['-C', 'host1', 'stop', 'vm', 'web 1'];
  const agreed = await answered([line, 'every 6h', 'nightly', 'y']);
  expect(agreed).toMatchObject({ added: true, said: `nightly runs every day at 02:00; ${TAKEN_AWAY}` });
  expect(agreed.details).toEqual([
    "vm stop 'web 1' interrupts what it names without a question, each time that it runs",
  ]);
  expect(agreed.ran).toEqual([
    [...given, '--every=6h', '--', ...words],
    [...given, '--yes', '--every=6h', '--', ...words],
  ]);
  const refused = await answered([line, 'every 6h', 'nightly', 'n']);
  expect([refused.added, refused.ran.length, refused.said]).toEqual([false, 1, undefined]);
});

it('says what was wrong with a command, and not what is wrong in the configuration', async () => {
  expect(await answered(['vm fly web1', 'every 6h', 'nightly'])).toMatchObject({
    added: false,
    said: 'there is no command "vm fly"',
  });
});
