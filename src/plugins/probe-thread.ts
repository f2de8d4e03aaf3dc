/** The thread that a plugin is loaded in first: there it can throw, hang or end the process, and harms nothing. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Probed } from './probe.ts';

const { url }: { url: string } = workerData;

const probed = async (): Promise<Probed> => {
  try {
    const { default: make } = await import(url);
    return typeof make === 'function' ? {} : { trouble: 'its module has no function as its default export' };
  } catch (error) {
    return { trouble: `it throws while it is loaded: ${error instanceof Error ? error.message : String(error)}` };
  }
};

parentPort?.postMessage(await probed());
