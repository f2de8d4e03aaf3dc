import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { thisProcess } from './cli-host.ts';

const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM'] as const;

const before = new Map<(typeof SIGNALS)[number], readonly NodeJS.SignalsListener[]>();
beforeEach(() => {
  for (const signal of SIGNALS) before.set(signal, process.rawListeners(signal) as NodeJS.SignalsListener[]);
  for (const signal of SIGNALS) process.removeAllListeners(signal);
});
afterEach(() => {
  for (const signal of SIGNALS) {
    process.removeAllListeners(signal);
    for (const listener of before.get(signal) ?? []) process.on(signal, listener);
  }
});

describe('signals to a command', () => {
  it.each(['SIGHUP', 'SIGINT', 'SIGTERM'] as const)('%s interrupts it, and the second one ends it', (signal) => {
    const { interrupt } = thisProcess(new Set());
    expect(interrupt.aborted).toBe(false);
    process.emit(signal, signal);
    expect(interrupt.reason).toMatchObject({ code: 'op.cancelled', message: 'interrupted' });
    expect(process.listenerCount(signal)).toBe(0);
  });

  it('SIGQUIT ends it at once', () => {
    thisProcess(new Set());
    expect(process.listenerCount('SIGQUIT')).toBe(0);
  });

  it.each(SIGNALS)('%s stays ignored where it was', (signal) => {
    const { interrupt } = thisProcess(new Set([signal]));
    process.emit(signal, signal);
    process.emit(signal, signal);
    expect([interrupt.aborted, process.listenerCount(signal)]).toEqual([false, 1]);
  });

  it('the streams are those of the process', () => {
    const { env, stdin, stdout, stderr } = thisProcess(new Set());
    expect([env, stdin, stdout, stderr]).toEqual([process.env, process.stdin, process.stdout, process.stderr]);
  });
});
