import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/** Asks on stderr, since stdout carries data only. Undefined when the input ended or the signal aborted. */
export async function askTerminal(question: string, secret: boolean, signal: AbortSignal): Promise<string | undefined> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({
    input: process.stdin,
    output: secret ? silent : process.stderr,
    terminal: process.stdin.isTTY,
  });
  const ended = new Promise<undefined>((resolve) => lines.once('close', () => resolve(undefined)));
  try {
    if (secret) process.stderr.write(question);
    return await Promise.race([lines.question(secret ? '' : question, { signal }), ended]);
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    lines.close();
    if (secret) process.stderr.write('\n');
  }
}
