/** Instances of a region that is pretended, with states that take their time. */
import type { Clock } from '../../../clock.ts';

export type StateName = 'pending' | 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated';

export interface WorldVolume {
  readonly id: string;
  readonly device: string;
  readonly sizeGib: number;
  deleteOnTermination: boolean;
}

export interface WorldInstance {
  readonly id: string;
  readonly reservation: string;
  readonly zone: string;
  readonly hibernates: boolean;
  type: string;
  state: StateName;
  /** Epoch, ms: of its last start. */
  launchedAt: number;
  reason: { readonly code: string; readonly message: string } | undefined;
  /** When it comes to rest, and how. */
  next: { readonly at: number; readonly state: StateName } | undefined;
  protected: boolean;
  readonly tags: Map<string, string>;
  readonly volumes: WorldVolume[];
  readonly address: string | undefined;
  readonly lifecycle: string | undefined;
}

export interface World {
  readonly instances: ReadonlyMap<string, WorldInstance>;
  /** Volumes that there are, attached or not. */
  readonly volumes: ReadonlySet<string>;
  /** Elastic IPs by their allocation -> instance. */
  readonly addresses: ReadonlyMap<string, string>;
  add(options?: NewInstance): WorldInstance;
  /** Everything that was due is done. */
  settle(): void;
  begin(instance: WorldInstance, through: StateName, to: StateName): void;
}

export interface NewInstance {
  readonly tags?: Readonly<Record<string, string>>;
  readonly state?: StateName;
  readonly reservation?: string;
  readonly zone?: string;
  readonly hibernates?: boolean;
  readonly lifecycle?: string;
  /** A second volume that stays, and an Elastic IP. */
  readonly heirlooms?: boolean;
}

const TRANSITION_MS = 600;
/** When all that there is was made. */
export const LAUNCHED = Date.UTC(2026, 2, 1, 10);

export function createWorld(clock: Clock): World {
  const instances = new Map<string, WorldInstance>();
  const volumes = new Set<string>();
  const addresses = new Map<string, string>();
  let count = 0;
  const hex = (length: number) => (++count).toString(16).padStart(length, '0');

  return {
    instances,
    volumes,
    addresses,
    add({
      tags = {},
      state = 'stopped',
      reservation,
      zone = 'eu-test-1a',
      hibernates = false,
      lifecycle,
      heirlooms,
    } = {}) {
      const id = `i-${hex(17)}`;
      const volume = (device: string, deleteOnTermination: boolean): WorldVolume => {
        const made = { id: `vol-${hex(17)}`, device, sizeGib: 8, deleteOnTermination };
        volumes.add(made.id);
        return made;
      };
      const allocation = heirlooms ? `eipalloc-${hex(17)}` : undefined;
      if (allocation !== undefined) addresses.set(allocation, id);
      const instance: WorldInstance = {
        id,
        reservation: reservation ?? `r-${hex(17)}`,
        zone,
        hibernates,
        type: 't3.micro',
        state,
        launchedAt: LAUNCHED,
        reason: undefined,
        next: undefined,
        protected: false,
        tags: new Map(Object.entries(tags)),
        volumes: [volume('/dev/xvda', true), ...(heirlooms ? [volume('/dev/sdf', false)] : [])],
        address: allocation === undefined ? undefined : '198.51.100.7',
        lifecycle,
      };
      instances.set(id, instance);
      return instance;
    },
    settle() {
      for (const instance of instances.values()) {
        const { next } = instance;
        if (!next || next.at > clock.ticks()) continue;
        instance.state = next.state;
        instance.next = undefined;
        if (next.state !== 'terminated') continue;
        for (const { id, deleteOnTermination } of instance.volumes) if (deleteOnTermination) volumes.delete(id);
        instance.volumes.length = 0;
      }
    },
    begin(instance, through, to) {
      instance.state = through;
      instance.next = { at: clock.ticks() + TRANSITION_MS, state: to };
    },
  };
}
