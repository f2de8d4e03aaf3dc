import { type ChildProcess, spawn } from 'node:child_process';
import { Duplex } from 'node:stream';

/** The stdin and stdout of a command for the user's `shell`, as ssh runs it; destroying the stream ends the command. */
export function openProxyCommand(command: string, shell: string | undefined): Duplex {
  return stdioOf(spawn(shell || '/bin/sh', ['-c', `exec ${command}`], { stdio: ['pipe', 'pipe', 'ignore'] }));
}

/** `child` must have pipes as stdin and stdout. */
export function stdioOf(child: ChildProcess): Duplex {
  const { stdin, stdout } = child;
  if (!stdin || !stdout) throw new TypeError('a child without pipes');
  const stream = Duplex.from({ readable: stdout, writable: stdin });
  // One that has said all ends by itself, with an exit code that tells how it went.
  stream.once('close', () => {
    if (!stdout.readableEnded) child.kill();
  });
  child.once('error', (error) => stream.destroy(error));
  return stream;
}
