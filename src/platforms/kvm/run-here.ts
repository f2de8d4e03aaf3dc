import { spawn } from 'node:child_process';
import { outputOf } from '../transport/output.ts';
import { stdioOf } from '../transport/proxy-command.ts';

/** What a shell command prints on this machine. */
export const runHere = (command: string, signal: AbortSignal): Promise<string> =>
  outputOf(stdioOf(spawn('/bin/sh', ['-c', command], { stdio: ['pipe', 'pipe', 'ignore'] })), signal);
