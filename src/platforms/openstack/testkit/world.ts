/** Servers and what is around them, pretended: they take their time, and leave actions behind. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../clock.ts';
import { createDesignate, type Designate } from './designate.ts';
import { PROJECT } from './keystone.ts';
import { createNeutronStore, type NeutronStore } from './neutron-store.ts';
import { noServer } from './refusal.ts';
import { createFakeSwift, type FakeSwift } from './swift.ts';

export interface WorldServer {
  readonly id: string;
  name: string;
  readonly project: string;
  vmState: string;
  taskState: string | null;
  powerState: number;
  imageId: string;
  flavor: string;
  /** What it has while a new size waits for a word. */
  formerFlavor: string | undefined;
  zone: string;
  host: string | null;
  locked: boolean;
  lockedReason: string | null;
  fault: { readonly code: number; readonly created: string; readonly message: string } | undefined;
  tags: readonly string[];
  metadata: Readonly<Record<string, string>>;
  description: string | null;
  readonly volumes: { readonly id: string; readonly device: string; deleteOnTermination: boolean }[];
  addresses: Readonly<Record<string, readonly unknown[]>>;
  readonly keyName: string | null;
  readonly createdAt: number;
  updatedAt: number;
  /** When it was started; counters count from there. */
  startedAt: number;
  deleted: boolean;
  /** Its cell does not answer: nova tells that it is there, and no more. */
  cellDown: boolean;
  readonly actions: Map<string, WorldAction>;
}

export interface WorldAction {
  readonly request: string;
  readonly action: string;
  message: string | null;
  readonly events: {
    event: string;
    start_time: string;
    finish_time: string | null;
    result: string | null;
    details: string | null;
  }[];
}

export interface WorldImage {
  readonly name: string;
  /** The server that it was made of. */
  readonly of?: string;
  readonly description?: string;
  readonly failed?: true;
  /** It has no content yet. */
  readonly queued?: true;
  readonly content?: Buffer;
  /** What comes is kept with other bytes. */
  readonly garbles?: true;
  readonly format?: string;
  readonly protected?: boolean;
  readonly visibility?: string;
  readonly properties?: Readonly<Record<string, string>>;
}

export interface WorldVolumeSnapshot {
  readonly name: string;
  readonly volume: string;
  /** GiB. */
  readonly size: number;
  readonly description: string;
  status: string;
}

export interface World {
  readonly clock: Clock;
  readonly servers: ReadonlyMap<string, WorldServer>;
  /** Volume id -> size in GiB. */
  readonly volumes: Map<string, number>;
  readonly images: Map<string, WorldImage>;
  readonly volumeSnapshots: Map<string, WorldVolumeSnapshot>;
  /** Id -> name of the types of volumes. */
  readonly volumeTypes: Map<string, string>;
  /** Id of the volume -> that it is offered to other projects. */
  readonly transfers: Map<string, { readonly id: string; readonly key: string }>;
  /** Names and types of volumes that were given some. */
  readonly volumeWords: Map<string, { readonly name: string; readonly type: string }>;
  /** Name -> public key. */
  readonly keyPairs: Map<string, string>;
  readonly neutron: NeutronStore;
  readonly designate: Designate;
  readonly swift: FakeSwift;
  /** Hosts that do not answer. */
  readonly down: Set<string>;
  /** Local disks: `<server>/root`. */
  readonly disks: Set<string>;
  /** How long whatever is done to a server takes. */
  tookMs: number;
  /** The next action fails, for this reason. */
  failNext: string | undefined;
  add(given?: Partial<WorldServer>): WorldServer;
  /** Throws nova's 404. */
  find(id: string): WorldServer;
  touch(server: WorldServer): void;
  /** Something that takes time: `ends` makes it so, unless it is to fail. */
  begin(
    server: WorldServer,
    action: string,
    request: string,
    taskState: string | null,
    ends: () => void,
    fails?: (why: string) => void,
  ): void;
  destroy(server: WorldServer): void;
  /** Takes its row out of the database, so that no list tells of it (nova-manage db purge). */
  purge(server: WorldServer): void;
}

const IMAGE = '70a599e0-31e7-49b7-b260-868f441e862b';
const OTHER_IMAGE = 'a1b2c3d4-31e7-49b7-b260-868f441e862c';
export const HOSTS = ['compute-1', 'compute-2'] as const;

export const spellTime = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;
const micro = (at: number): string => new Date(at).toISOString().replace('Z', '000');

export function createWorld(clock: Clock): World {
  const servers = new Map<string, WorldServer>();
  const volumes = new Map<string, number>();
  const images: World['images'] = new Map([
    [IMAGE, { name: 'debian-13' }],
    [OTHER_IMAGE, { name: 'alma-9' }],
  ]);
  const disks = new Set<string>();
  const neutron = createNeutronStore();

  const world: World = {
    clock,
    servers,
    volumes,
    volumeSnapshots: new Map(),
    volumeWords: new Map(),
    volumeTypes: new Map([
      ['5fed9d7c-401d-46e2-8e80-f30c70cb7e1d', '__DEFAULT__'],
      ['6685584b-1eac-4da6-b5c3-555430cf68ff', 'fast'],
    ]),
    transfers: new Map(),
    keyPairs: new Map([['admins', 'ssh-ed25519 AAAA admins']]),
    neutron,
    designate: createDesignate(),
    swift: createFakeSwift(),
    images,
    down: new Set(),
    disks,
    tookMs: 150,
    failNext: undefined,
    add(given = {}) {
      const now = clock.now();
      const id = randomUUID();
      const server: WorldServer = {
        id,
        name: 'web1',
        project: PROJECT.id,
        vmState: 'stopped',
        taskState: null,
        powerState: 4,
        imageId: IMAGE,
        flavor: 'm1.small',
        formerFlavor: undefined,
        keyName: null,
        zone: 'nova',
        host: HOSTS[servers.size % 2] ?? null,
        locked: false,
        lockedReason: null,
        fault: undefined,
        tags: [],
        metadata: {},
        description: null,
        volumes: [],
        addresses: addressesOf(servers.size + 10),
        createdAt: now,
        updatedAt: now,
        startedAt: now,
        deleted: false,
        cellDown: false,
        actions: new Map(),
        ...given,
      };
      servers.set(server.id, server);
      neutron.plug(server);
      if (server.imageId !== '') disks.add(`${server.id}/root`);
      return server;
    },
    find(id) {
      const server = servers.get(id);
      if (!server || server.deleted) throw noServer(id);
      return server;
    },
    touch(server) {
      server.updatedAt = clock.now();
    },
    begin(server, action, request, taskState, ends, fails) {
      const { failNext } = world;
      world.failNext = undefined;
      const event = {
        event: `compute_${action}_instance`,
        start_time: micro(clock.now()),
        finish_time: null,
        result: null,
        details: null,
      };
      const entry: WorldAction = { request, action, message: null, events: [event] };
      server.actions.set(request, entry);
      server.taskState = taskState;
      world.touch(server);
      clock.after(world.tookMs, () => {
        server.taskState = null;
        if (failNext === undefined) ends();
        else {
          entry.message = 'Error';
          fails?.(failNext);
        }
        entry.events[0] = {
          ...event,
          finish_time: micro(clock.now()),
          result: failNext === undefined ? 'Success' : 'Error',
          details: failNext ?? null,
        };
        world.touch(server);
      });
    },
    destroy(server) {
      server.deleted = true;
      neutron.unplug(server);
      server.vmState = 'deleted';
      disks.delete(`${server.id}/root`);
      for (const { id, deleteOnTermination } of server.volumes) if (deleteOnTermination) volumes.delete(id);
      world.touch(server);
    },
    purge: ({ id }) => void servers.delete(id),
  };
  return world;
}

/** As nova's own example has them, with one that is reached from elsewhere. */
function addressesOf(number: number): WorldServer['addresses'] {
  const mac = `fa:16:3e:00:00:${(number % 256).toString(16).padStart(2, '0')}`;
  const entry = (addr: string, type: string) => ({
    version: 4,
    addr,
    'OS-EXT-IPS:type': type,
    'OS-EXT-IPS-MAC:mac_addr': mac,
  });
  return { private: [entry(`10.0.0.${number % 256}`, 'fixed'), entry(`203.0.113.${number % 256}`, 'floating')] };
}
