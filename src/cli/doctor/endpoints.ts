import type { App } from '../../compose.ts';
import { FleetError, sentence } from '../../errors.ts';
import { createGate } from '../../gate.ts';
import type { EndpointName } from '../../ids.ts';
import type { Check } from '../../platforms/contract.ts';
import { type Finding, failed, fine, warning } from './finding.ts';

/** So many that a fleet with hundreds of dead hosts is through in minutes, and not more than a firewall lets through. */
const AT_ONCE = 64;
/** Name, port, host key, login and rights, one after the other. */
const DEADLINE_MS = 30_000;

/**
 * Tests these endpoints with their platforms' own checks and calls back after each endpoint. The user is asked
 * nothing: a check that needs an answer fails, with the command that asks.
 */
export async function testEndpoints(
  app: App,
  names: readonly EndpointName[],
  signal: AbortSignal,
  found: (findings: readonly Finding[]) => Promise<void>,
): Promise<void> {
  const gate = createGate(AT_ONCE);
  await Promise.all(names.map((name) => gate.run(signal, async () => found(await testOne(app, name, signal)))));
}

async function testOne(app: App, name: EndpointName, signal: AbortSignal): Promise<readonly Finding[]> {
  const about = `endpoint ${name}`;
  const config = app.config().endpoints.get(name);
  if (config?.trouble) return [failed(about, 'is out of use until the configuration is fixed')];
  if (config?.enabled === false) return [fine(about, 'is switched off, so it was not tested')];
  try {
    return findingsOf(about, await within(app, DEADLINE_MS, signal, (own) => app.testEndpoint(name, {}, own)));
  } catch (error) {
    signal.throwIfAborted();
    const message = sentence(error);
    const own = message.startsWith(`${name}: `) ? message.slice(name.length + 2) : message;
    return [failed(about, own, error instanceof FleetError ? error.fix : undefined)];
  }
}

/** One line for all that passed; one more for each that passed and could be better, or that failed. */
function findingsOf(about: string, checks: readonly Check[]): readonly Finding[] {
  const doubtful = checks.filter(({ ok, fix }) => ok && fix !== undefined);
  const wrong = checks.filter(({ ok }) => !ok);
  const line = ({ check, detail }: Check) => `${check}: ${detail}`;
  return [
    ...(wrong.length === 0 ? [fine(about, `${checks.length} checks passed`)] : []),
    ...doubtful.map((check) => warning(about, line(check), check.fix)),
    ...wrong.map((check) => failed(about, line(check), check.fix)),
  ];
}

/** Rejects after `ms`, also when what it waits for does not listen to its signal. */
async function within<Result>(
  { clock }: App,
  ms: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const tooLate = new AbortController();
  const late = Promise.withResolvers<never>();
  const takeBack = clock.after(ms, () => {
    const error = new FleetError('op.timeout', `no end after ${ms / 1000} s`);
    tooLate.abort(error);
    late.reject(error);
  });
  const interrupted = () => late.reject(signal.reason);
  signal.addEventListener('abort', interrupted, { once: true });
  try {
    return await Promise.race([work(AbortSignal.any([signal, tooLate.signal])), late.promise]);
  } finally {
    takeBack();
    signal.removeEventListener('abort', interrupted);
  }
}
