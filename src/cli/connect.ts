import { FleetError, sentence } from '../errors.ts';
import type { EndpointName } from '../ids.ts';
import { clean } from '../terminal/width.ts';
import { adviceWithAddress } from './address.ts';
import type { CommandContext } from './command.ts';
import { readableFilter } from './readable-filter.ts';

export interface Connected {
  /** Endpoints whose rows are all there. */
  readonly answered: readonly EndpointName[];
  /** The others, with why. */
  readonly failed: ReadonlyMap<EndpointName, unknown>;
}

/** A fleet of 10,000 VMs on one host takes its time to be read for the first time. */
const READY_MS = 120_000;

function within(ms: number, name: EndpointName, ready: Promise<void>, { app, signal }: CommandContext): Promise<void> {
  const late = Promise.withResolvers<void>();
  const stopClock = app.clock.after(ms, () =>
    late.reject(new FleetError('op.timeout', `${name} has not sent all its rows within ${ms / 1000} s`)),
  );
  const interrupted = () => late.reject(signal.reason);
  signal.addEventListener('abort', interrupted, { once: true });
  return Promise.race([ready, late.promise]).finally(() => {
    stopClock();
    signal.removeEventListener('abort', interrupted);
  });
}

/**
 * Connects to these endpoints at once and waits until each has sent all its rows or has failed. Throws usage before that
 * for a filter that can't be read: a typing mistake is reported before any host is waited for.
 */
export async function connect(context: CommandContext, names: readonly EndpointName[]): Promise<Connected> {
  readableFilter(context.global.filter, context.app.store.fleet);
  return connectUnfiltered(context, names);
}

/** The same where `--filter` is over something else than VMs. */
export async function connectUnfiltered(context: CommandContext, names: readonly EndpointName[]): Promise<Connected> {
  const { app, signal } = context;
  app.open(names);
  const ready = names.map((name) => within(READY_MS, name, app.sessions.ready(name), context));
  const results = await Promise.allSettled(ready);
  signal.throwIfAborted();
  app.store.flush();
  const failed = new Map<EndpointName, unknown>();
  results.forEach((result, i) => {
    if (result.status === 'rejected') failed.set(names[i] as EndpointName, result.reason);
  });
  return { answered: names.filter((name) => !failed.has(name)), failed };
}

/** One line on stderr for each endpoint that did not answer, with the next step. What is wrong with it in the file was said when that was read. */
export function sayFailures({ app, global, say }: CommandContext, { failed }: Connected): void {
  for (const [name, error] of failed) {
    if (app.config().endpoints.get(name)?.trouble) continue;
    const message = clean(sentence(error));
    say(`${message.includes(name) ? '' : `${name}: `}${message}`);
    if (error instanceof FleetError && error.fix !== undefined)
      say(`  ${clean(adviceWithAddress(error.fix, name, global))}`);
  }
}
