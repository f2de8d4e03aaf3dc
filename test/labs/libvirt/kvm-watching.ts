import { systemClock } from '../../../src/clock.ts';
import type { Ask, Connection, Endpoint, WireLine } from '../../../src/platforms/contract.ts';
import { platform } from '../../../src/platforms/kvm/index.ts';
import { type Watching, watchConnection } from '../../contract/watching.ts';

/** An endpoint that is connected and watched, with what was sent on its wire. */
export interface Watched extends Watching {
  readonly wire: readonly WireLine[];
}

export const patient = (): AbortSignal => new AbortController().signal;

export async function connectTo(endpoint: Endpoint, ask: Ask = {}, wire: WireLine[] = []): Promise<Connection> {
  const context = { signal: patient(), clock: systemClock, wire: (line: WireLine) => void wire.push(line), ask };
  return platform.connect(endpoint, context);
}

/** Resolves when the inventory has arrived. The caller must call `shut`. */
export async function watch(endpoint: Endpoint, everyMs = 500): Promise<Watched> {
  const wire: WireLine[] = [];
  const watching = watchConnection(await connectTo(endpoint, {}, wire), everyMs);
  await watching.until('the inventory', () => watching.feeds[0], 20_000);
  return { ...watching, wire };
}

export async function shut(watched: Watched): Promise<void> {
  await watched.stop();
  await watched.connection.close();
}
