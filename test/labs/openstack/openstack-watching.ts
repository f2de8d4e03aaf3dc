import { systemClock } from '../../../src/clock.ts';
import { endpointName } from '../../../src/ids.ts';
import type { Connection, Endpoint, Settings, Vm, WireLine } from '../../../src/platforms/contract.ts';
import { platform } from '../../../src/platforms/openstack/index.ts';
import { type Watching, watchConnection } from '../../contract/watching.ts';
import type { Site } from './site.ts';

/** An endpoint that is connected and watched, with what was sent on its wire. */
export interface Watched extends Watching {
  readonly wire: readonly WireLine[];
  named(name: string): Vm;
}

export const patient = (): AbortSignal => new AbortController().signal;

export const contextWith = (wire: WireLine[] = []) => ({
  signal: patient(),
  clock: systemClock,
  wire: (line: WireLine) => void wire.push(line),
  ask: {},
});

export const cloudOf = (site: Site, cloud: string, more: Settings = {}): Endpoint => ({
  name: endpointName('lab'),
  platform: 'openstack',
  values: { cloud, 'clouds-file': site.files.cloudsYaml, ...more },
});

export const connectTo = (endpoint: Endpoint, wire?: WireLine[]): Promise<Connection> =>
  platform.connect(endpoint, contextWith(wire));

/** Resolves when all has come. Whoever opens it calls `shut`. */
export async function watch(endpoint: Endpoint, everyMs = 1000): Promise<Watched> {
  const wire: WireLine[] = [];
  const watching = watchConnection(await connectTo(endpoint, wire), everyMs);
  await watching.until('the whole list', () => watching.feeds.find(({ kind }) => kind === 'complete'), 20_000);
  const named = (name: string): Vm => {
    const found = [...watching.vms.values()].find((vm) => vm.name === name);
    if (!found) throw new Error(`there is no ${name}`);
    return found;
  };
  return { ...watching, wire, named };
}

export async function shut(watched: Watched): Promise<void> {
  await watched.stop();
  await watched.connection.close();
}
