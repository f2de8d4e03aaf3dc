/**
 * Loaded into the program before it starts (`node --expose-gc --import …/probe.ts`): on SIGUSR2 it takes away what is
 * garbage and writes what is left as one line of JSON to the file that DROVER_SOAK_PROBE names.
 */
import { appendFileSync } from 'node:fs';
import type { Vitals } from './vitals.ts';

const file = process.env['DROVER_SOAK_PROBE'] ?? '';

const listenersOf = (emitter: NodeJS.EventEmitter): number =>
  emitter.eventNames().reduce((sum, name) => sum + emitter.listenerCount(name), 0);

process.on('SIGUSR2', () => {
  globalThis.gc?.();
  const { heapUsed, rss, external } = process.memoryUsage();
  const resources = process.getActiveResourcesInfo();
  const vitals: Vitals = {
    heap: heapUsed,
    rss,
    external,
    // timers come and go with what is under way
    handles: resources.filter((kind) => kind !== 'Timeout' && kind !== 'Immediate').length,
    timers: resources.filter((kind) => kind === 'Timeout').length,
    listeners: [process, process.stdin, process.stdout, process.stderr].reduce((sum, one) => sum + listenersOf(one), 0),
  };
  appendFileSync(file, `${JSON.stringify(vitals)}\n`);
});
