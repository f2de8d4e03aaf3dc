import { ERROR_CODES } from '../../errors.ts';
import { EXIT } from '../command.ts';
import { exitCodeFor } from '../exit-code.ts';
import { type Topic, terms, text } from './topic.ts';

const MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  done: 'done',
  failed: 'failed',
  usage: 'wrong use',
  notPossible: 'not possible',
  unreachable: 'unreachable or not trusted',
  interrupted: 'interrupted',
};

const codes = Object.entries(EXIT).map(([name, code]) => ({ code, meaning: MEANINGS[name as keyof typeof EXIT] }));

/** In one line, for the end of the overview. */
export const exitCodesLine = `Exit codes: ${codes.map(({ code, meaning }) => `${code} ${meaning}`).join(', ')}.`;

export const exitCodesTopic: Topic = {
  name: 'exit-codes',
  help: 'What the exit code of a command says.',
  async blocks() {
    return [
      text('A command ends with one of these codes. In brackets are the codes that errors have in JSON output.'),
      terms(
        codes.map(({ code, meaning }) => {
          const errors = code === EXIT.done ? [] : ERROR_CODES.filter((error) => exitCodeFor(error) === code);
          return [String(code), errors.length === 0 ? meaning : `${meaning} (${errors.join(', ')})`];
        }),
      ),
      text(
        'A list ends with 0 as soon as one endpoint has answered; the others are named on stderr. Where none has answered it ends with 4, and with 2 when only their configuration is wrong. An action on several VMs ends with 1 when one of them failed, and with the code of its error when it was one VM. The test of an endpoint ends with 4 when a check fails, since nothing can be done with it then, and with 2 when its configuration is wrong.',
      ),
    ];
  },
};
