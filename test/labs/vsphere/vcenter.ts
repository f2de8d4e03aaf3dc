import { systemClock } from '../../../src/clock.ts';
import { endpointName, type VmId, vmId } from '../../../src/ids.ts';
import type { Connection, Endpoint, Settings, WireLine } from '../../../src/platforms/contract.ts';
import { platform } from '../../../src/platforms/vsphere/index.ts';
import { type MachineRoom, openMachineRoom } from '../../../src/platforms/vsphere/testkit/machine-room.ts';
import { PASSWORD, startVcsim, USER, type Vcsim, vcsimPath } from '../../../src/platforms/vsphere/testkit/vcsim.ts';
import { type Watching, watchConnection } from '../../contract/watching.ts';
import { addressOf } from './server.ts';
import { siteFrom } from './site.ts';

export const patient = (): AbortSignal => new AbortController().signal;

const endpointWith = (name: string, values: Settings): Endpoint => ({
  name: endpointName(name),
  platform: 'vsphere',
  values: { user: USER, password: PASSWORD, ...values },
});

/** The lab's own vCenter with its thousand VMs, which nobody changes. */
export function bigVcenter(): Endpoint {
  const site = siteFrom(process.env);
  return endpointWith('vcenter', { url: addressOf(site), ca: site.files.ca });
}

export interface Watched extends Watching {
  readonly wire: readonly WireLine[];
}

export async function connectTo(endpoint: Endpoint, wire: WireLine[] = []): Promise<Connection> {
  const context = { signal: patient(), clock: systemClock, wire: (line: WireLine) => void wire.push(line), ask: {} };
  return platform.connect(endpoint, context);
}

/** Resolves when the inventory is in. Whoever opens it calls `shut`. */
export async function watch(endpoint: Endpoint, everyMs = 1000): Promise<Watched> {
  const wire: WireLine[] = [];
  const watching = watchConnection(await connectTo(endpoint, wire), everyMs);
  await watching.until('the inventory', () => watching.feeds[0], 20_000);
  return { ...watching, wire };
}

export async function shut(watched: Watched): Promise<void> {
  await watched.stop();
  await watched.connection.close();
}

/** A vCenter of its own, for tests that change things. */
export interface SmallVcenter {
  readonly endpoint: Endpoint;
  readonly room: MachineRoom;
  readonly vcsim: Vcsim;
  idOf(name: string): VmId;
  close(): Promise<void>;
}

/** `more`: flags of the simulator (vcsim/main.go). */
export async function openSmallVcenter(...more: readonly string[]): Promise<SmallVcenter> {
  const vcsim = await startVcsim(vcsimPath(process.env), 24, ...more);
  const room = await openMachineRoom(vcsim);
  const endpoint = endpointWith('small', { url: `127.0.0.1:${vcsim.port}`, ca: vcsim.ca });
  return {
    endpoint,
    room,
    vcsim,
    idOf: (name) => vmId(endpoint.name, room.find(name).value),
    async close() {
      await room.close();
      await vcsim.stop();
    },
  };
}
