import { readFile } from 'node:fs/promises';
import { fileTrouble } from '../state/files/file-trouble.ts';
import type { TypedOptions, Typing } from './typing.ts';
import type { Voice } from './voice.ts';

/**
 * Text of many lines, typed one after the other or taken from a file. Answers it; undefined when what there is stays as it is.
 * Esc gives it up.
 */
export async function askLines(
  voice: Voice,
  typing: Typing,
  question: string,
  asked: TypedOptions,
): Promise<string | undefined> {
  for (;;) {
    const first = await typing.ask(
      `${question} The first line, @ and the path of a file, a dot alone for nothing, or Enter to keep it:`,
      asked,
    );
    if (first === undefined || first === '') return undefined;
    if (!first.startsWith('@')) return linesFrom(first, typing, asked);
    try {
      return (await readFile(first.slice(1).trim(), 'utf8')).replaceAll('\r\n', '\n');
    } catch (error) {
      voice.say(`that file can't be read: ${fileTrouble(error)}`);
    }
  }
}

async function linesFrom(first: string, typing: Typing, asked: TypedOptions): Promise<string | undefined> {
  let text = '';
  for (let line: string | undefined = first; line !== '.'; ) {
    if (line === undefined) return undefined;
    text += `${line}\n`;
    line = await typing.ask('The next line, or a dot alone to end:', asked);
  }
  return text;
}
