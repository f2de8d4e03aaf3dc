import { sentence } from '../errors.ts';
import type { Stage } from './stage.ts';

/** Writes a choice of the user into the configuration, for the next run; it holds for this one whatever becomes of that. */
export async function keepChoice(stage: Stage, key: string, value: string, said: string): Promise<void> {
  const { services, message, run } = stage;
  stage.keeping++;
  try {
    await services.changeConfig({ kind: 'set', path: [key], value });
    message.say(run.demo ? `${said}, until this demo ends` : said, 'good');
  } catch (error) {
    message.say(`${said}, for this run only: ${sentence(error)}`, 'warning');
  } finally {
    stage.keeping--;
  }
}
