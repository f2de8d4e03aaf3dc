import { spawn } from 'node:child_process';
import { outputOf } from '../../transport/output.ts';
import { stdioOf } from '../../transport/ssh/proxy-command.ts';

/** What a shell command prints on this machine, given `input` as its stdin. */
export function runHere(command: string, signal: AbortSignal, input?: Buffer): Promise<string> {
  const stream = stdioOf(spawn('/bin/sh', ['-c', command], { stdio: ['pipe', 'pipe', 'ignore'] }));
  if (input) stream.write(input);
  return outputOf(stream, signal);
}
