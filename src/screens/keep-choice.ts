import { sentence } from '../errors.ts';
import type { Stage } from './stage.ts';

/** Writes a choice of the user into the configuration, for the next run; it holds for this one whatever becomes of that. */
export async function keepChoice(
  { services, message, run }: Stage,
  key: string,
  value: string,
  said: string,
): Promise<void> {
  try {
    await services.changeConfig({ kind: 'set', path: [key], value });
    message.say(run.demo ? `${said}, until this demo ends` : said, 'good');
  } catch (error) {
    message.say(`${said}, for this run only: ${sentence(error)}`, 'warning');
  }
}
