import { Worker } from 'node:worker_threads';

/** What the thread has found; `trouble` is a sentence without the plugin's name. */
export interface Probed {
  readonly trouble?: string;
}

/** In the checkout a file beside this one; in the package a file beside its chunk. */
const THREAD = import.meta.url.endsWith('.ts') ? './probe-thread.ts' : './plugin-thread.js';

/**
 * Loads a module in a thread of its own, which is ended then, and says why it can't be loaded; undefined when it can. Never
 * rejects. `patienceMs` of this machine's time is for a module that never ends to load.
 */
export function probe(url: string, patienceMs: number): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const worker = new Worker(new URL(THREAD, import.meta.url), {
    workerData: { url },
    execArgv: [],
    stdin: false,
    stdout: true,
    stderr: true,
  });
  const timer = setTimeout(() => resolve(`it was not loaded within ${patienceMs / 1_000} s`), patienceMs);
  worker.once('message', ({ trouble }: Probed) => resolve(trouble));
  worker.once('error', (error) =>
    resolve(`it fails while it is loaded: ${error instanceof Error ? error.message : String(error)}`),
  );
  worker.once('exit', () => resolve('it ends the process while it is loaded'));
  return promise.finally(async () => {
    clearTimeout(timer);
    await worker.terminate();
  });
}
