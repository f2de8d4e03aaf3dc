import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';

export interface StepOptions {
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly limitS: number;
  /** Gets all that the command says. */
  readonly log: string;
  /** Whether what it says is also shown as it comes; of two at a time nobody could tell which said what. */
  readonly shown: boolean;
}

export interface Ended {
  /** 0 when all went well; undefined when it was ended since its time was over. */
  readonly code: number | undefined;
  readonly tookS: number;
}

/** A command that was stopped has this long to take down what it has brought up. */
const CLEAN_UP_MS = 60_000;

const running = new Set<number>();

/** Runs a command to its end, with all that it starts, or ends it when its time is over. Never rejects. */
export function runStep([program, ...args]: readonly [string, ...string[]], options: StepOptions): Promise<Ended> {
  const began = performance.now();
  const log = createWriteStream(options.log, { flags: 'a' });
  // a process group of its own, so that what the command has started can be ended with it
  const child = spawn(program, args, {
    detached: true,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid } = child;
  if (pid !== undefined) running.add(pid);
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => {
      log.write(text);
      if (options.shown) process.stdout.write(text);
    });
  }
  let late = false;
  const timers = [
    setTimeout(() => {
      late = true;
      end(pid, 'SIGTERM');
      timers.push(setTimeout(() => end(pid, 'SIGKILL'), CLEAN_UP_MS));
    }, options.limitS * 1000),
  ];
  return new Promise((resolve) => {
    const settle = (code: number | null) => {
      for (const timer of timers) clearTimeout(timer);
      if (pid !== undefined) running.delete(pid);
      // a daemon that it left behind would hold the machine
      end(pid, 'SIGKILL');
      log.end();
      resolve({ code: late ? undefined : (code ?? 1), tookS: Math.round((performance.now() - began) / 1000) });
    };
    child.once('error', (error) => {
      log.write(`${error.message}\n`);
      settle(1);
    });
    child.once('exit', settle);
  });
}

/** Ends all that runs; answers when it has had time to clean up. */
export async function endSteps(): Promise<void> {
  for (const pid of running) end(pid, 'SIGTERM');
  for (let waited = 0; running.size > 0 && waited < CLEAN_UP_MS; waited += 200) {
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  for (const pid of running) end(pid, 'SIGKILL');
}

function end(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // it has ended
  }
}
