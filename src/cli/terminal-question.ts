import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { CliHost } from './cli-host.ts';

/** Asks on stderr, since stdout carries data only. Undefined when the input ended or the signal aborted. */
export async function askTerminal(
  question: string,
  secret: boolean,
  { stdin, stderr, interrupt: signal }: Pick<CliHost, 'stdin' | 'stderr' | 'interrupt'>,
): Promise<string | undefined> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({
    input: stdin,
    output: secret ? silent : stderr,
    terminal: stdin.isTTY === true,
  });
  const ended = new Promise<undefined>((resolve) => lines.once('close', () => resolve(undefined)));
  try {
    if (secret) stderr.write(question);
    return await Promise.race([lines.question(secret ? '' : question, { signal }), ended]);
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    lines.close();
    if (secret) stderr.write('\n');
  }
}
