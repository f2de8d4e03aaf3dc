/** Servers that tests of the real cloud may do anything to: made when first needed, by their names. */
import { logIn, type Session, untilCloud } from './cloud-api.ts';
import { loginOf } from './people.ts';
import type { Site } from './site.ts';

interface Thing {
  readonly id: string;
  readonly name: string;
}

interface Server extends Thing {
  readonly status: string;
  readonly 'OS-EXT-STS:task_state': string | null;
}

export interface ContractServers {
  readonly session: Session;
  /** Its id. It is `ACTIVE` or `SHUTOFF` then, whatever it was before, and nothing is being done to it. */
  bring(name: string, status: 'ACTIVE' | 'SHUTOFF'): Promise<string>;
  find(id: string): Promise<Server | undefined>;
  /** Deletes what was made by this one. */
  clear(): Promise<void>;
}

const PATIENCE_MS = 60_000;
/** From which state to which, by which action. */
const WAYS: Readonly<Record<'ACTIVE' | 'SHUTOFF', Readonly<Record<string, object>>>> = {
  ACTIVE: {
    SHUTOFF: { 'os-start': null },
    PAUSED: { unpause: null },
    SUSPENDED: { resume: null },
    ERROR: { reboot: { type: 'HARD' } },
  },
  SHUTOFF: {
    ACTIVE: { 'os-stop': null },
    PAUSED: { unpause: null },
    SUSPENDED: { resume: null },
    ERROR: { 'os-stop': null },
  },
};

/** `display`: where a VNC server listens, HOST:PORT, that shows what these servers show. */
export async function openContractServers(site: Site, display?: string): Promise<ContractServers> {
  const session = await logIn(site, loginOf('captain'));
  const named = async (list: 'images' | 'flavors', service: 'image' | 'compute', path: string, name: string) => {
    const found = (await session.ask<Record<string, readonly Thing[]>>(service, path))[list]?.find(
      (one) => one.name === name,
    );
    if (!found) throw new Error(`the cloud has no ${name}`);
    return found.id;
  };
  const imageRef = await named('images', 'image', '/v2/images', 'debian-12');
  const flavorRef = await named('flavors', 'compute', '/flavors', 'nano');
  const { networks } = await session.ask<{ networks: readonly Thing[] }>(
    'network',
    `/v2.0/networks?name=lan&project_id=${session.projectId}`,
  );
  const made = new Map<string, string>();

  async function find(id: string): Promise<Server | undefined> {
    return session.ask<{ server: Server }>('compute', `/servers/${id}`).then(
      // Nova tells it once more, as deleted, before it is gone.
      ({ server }) => (server.status === 'DELETED' ? undefined : server),
      () => undefined,
    );
  }
  const quiet = (id: string) =>
    untilCloud(`${id} is at rest`, PATIENCE_MS, async () => {
      const server = await find(id);
      if (!server) throw new Error(`${id} is gone`);
      return server.status !== 'BUILD' && server['OS-EXT-STS:task_state'] === null && server;
    });

  async function create(name: string): Promise<string> {
    const metadata = { plan: 'shop', profile: 'small', ...(display !== undefined && { 'lab-display': display }) };
    const server = { name, imageRef, flavorRef, networks: [{ uuid: networks[0]?.id }], metadata };
    const said = await session.ask<{ server: Thing }>('compute', '/servers', { method: 'POST', json: { server } });
    made.set(name, said.server.id);
    return said.server.id;
  }

  return {
    session,
    find,
    async bring(name, status) {
      const id = made.get(name) ?? (await create(name));
      for (let server = await quiet(id); server.status !== status; server = await quiet(id)) {
        const json = WAYS[status][server.status];
        if (!json) throw new Error(`no way from ${server.status} to ${status}`);
        await session.ask('compute', `/servers/${id}/action`, { method: 'POST', json });
      }
      return id;
    },
    async clear() {
      for (const id of made.values()) {
        await session.ask('compute', `/servers/${id}`, { method: 'DELETE' }).catch(() => undefined);
      }
    },
  };
}
