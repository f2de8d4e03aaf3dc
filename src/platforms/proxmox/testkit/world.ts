/** A pretended cluster: guests, tasks and volumes. Nothing here knows of HTTP. */
import { createHash } from 'node:crypto';
import type { Clock } from '../../../clock.ts';
import { startStorages, startVolumes, volumeIn, type WorldStorage, type WorldVolume } from './storage-world.ts';
import { startFirewall, type WorldFirewall, type WorldOva } from './world-parts.ts';

export interface WorldGuest {
  readonly kind: 'qemu' | 'lxc';
  readonly vmid: number;
  node: string;
  status: 'running' | 'stopped';
  runState: string;
  /** Epoch, ms. */
  startedAt: number;
  /** As in its configuration file. */
  readonly config: Record<string, string>;
  /** Changes that wait for its next start, and what goes then: with its volume, or without. */
  readonly pending: Record<string, string>;
  readonly pendingDelete: Map<string, boolean>;
  /** What the guest, while it runs, does not let go of: `scsi1`. */
  readonly holds: Set<string>;
  readonly snapshots: WorldSnapshot[];
  /** The name of the snapshot that the disks continue from. */
  standsOn: string | undefined;
  ha: string | undefined;
  ips: readonly string[];
  readonly firewall: WorldFirewall;
}

export interface WorldSnapshot {
  readonly name: string;
  parent: string | undefined;
  /** Epoch, ms. */
  readonly at: number;
  readonly description?: string | undefined;
  /** Of the guest, as it was then. */
  readonly config?: Readonly<Record<string, string>>;
  /** It has the memory too. */
  readonly vmstate?: boolean;
  /** While it is taken or deleted, and after a task that ended half-way: `prepare`, `delete`. */
  snapstate?: string;
}

export interface WorldTask {
  readonly upid: string;
  readonly node: string;
  readonly type: string;
  readonly about: string;
  readonly user: string;
  readonly startedAt: number;
  exit: string | undefined;
  endedAt: number | undefined;
  /** Ends it from outside. */
  stop(): void;
}

/** As in `cluster.fw`. */
export interface WorldGroup {
  readonly comment?: string | undefined;
  readonly rules: Readonly<Record<string, string>>[];
}

export interface World {
  readonly clock: Clock;
  readonly clusterName: string;
  readonly nodes: Map<string, { online: boolean }>;
  readonly guests: Map<number, WorldGuest>;
  /** By id: `local-lvm:vm-100-disk-0`. */
  readonly volumes: Map<string, WorldVolume>;
  /** What is in appliances, by their volume ids. */
  readonly appliances: Map<string, WorldOva>;
  /** By name. */
  readonly storages: Map<string, WorldStorage>;
  readonly tasks: WorldTask[];
  /** Security groups, by name. */
  readonly groups: Map<string, WorldGroup>;
  /** Of the cluster; and, once they were asked for, of its nodes and virtual networks, by path. */
  readonly firewalls: Map<string, WorldFirewall>;
  /** Members of resource pools, by name. */
  readonly pools: Map<string, Set<number>>;
  /** What high availability was asked for, by `vm:100`. */
  readonly ha: Map<string, string>;
  /** With the next VMID, or with one that is free again. */
  addGuest(kind: 'qemu' | 'lxc', node: string, config: Readonly<Record<string, string>>, vmid?: number): WorldGuest;
  /** `work` calls back with how it ended; unless it does, the task runs until it is stopped. */
  beginTask(
    node: string,
    type: string,
    about: string,
    user: string,
    work?: (end: (exit: string) => void) => void,
  ): WorldTask;
  digest(guest: WorldGuest): string;
  /** For a card that was given none. */
  nextMac(): string;
  /** The next task of this type ends with that sentence, and changes nothing. */
  failNext(type: string, exit: string): void;
  takeFailure(type: string): string | undefined;
}

export function createWorld(clock: Clock): World {
  const guests = new Map<number, WorldGuest>();
  const volumes = startVolumes();
  const tasks: WorldTask[] = [];
  const failures = new Map<string, string>();
  let nextVmid = 100;
  const freeVmid = (): number => {
    while (guests.has(nextVmid)) nextVmid++;
    return nextVmid++;
  };
  let nextPid = 0x1000;
  let nextCard = 1;
  const hex = (value: number) => (Math.floor(value) % 2 ** 32).toString(16).toUpperCase().padStart(8, '0');

  return {
    clock,
    clusterName: 'lab',
    nodes: new Map([
      ['pve1', { online: true }],
      ['pve2', { online: true }],
    ]),
    guests,
    volumes,
    appliances: new Map(),
    storages: startStorages(),
    tasks,
    groups: new Map([['web', { comment: 'from outside', rules: [] }]]),
    firewalls: new Map([['cluster', startFirewall(true)]]),
    pools: new Map([['shop', new Set()]]),
    ha: new Map(),
    nextMac: () => `BC:24:11:00:${hexPair(nextCard >> 8)}:${hexPair(nextCard++)}`,
    addGuest(kind, node, config, vmid = freeVmid()) {
      const guest: WorldGuest = {
        kind,
        vmid,
        node,
        status: 'stopped',
        runState: 'stopped',
        startedAt: 0,
        config: { memory: '512', cores: '1', ...substituted(config, vmid) },
        pending: {},
        pendingDelete: new Map(),
        holds: new Set(),
        snapshots: [],
        standsOn: undefined,
        ha: undefined,
        ips: [],
        firewall: startFirewall(false),
      };
      guests.set(vmid, guest);
      for (const value of Object.values(guest.config)) {
        const found = volumeIn(value, guest, clock.now());
        if (found) volumes.set(...found);
      }
      return guest;
    },
    beginTask(node, type, about, user, work) {
      const startedAt = clock.now();
      const upid = `UPID:${node}:${hex(nextPid++)}:${hex(clock.ticks() / 10)}:${hex(startedAt / 1000)}:${type}:${about}:${user}:`;
      const end = (exit: string) => {
        if (task.exit !== undefined) return;
        task.exit = exit;
        task.endedAt = clock.now();
      };
      const task: WorldTask = {
        upid,
        node,
        type,
        about,
        user,
        startedAt,
        exit: undefined,
        endedAt: undefined,
        stop: () => end('unexpected status'),
      };
      tasks.unshift(task);
      work?.(end);
      return task;
    },
    digest: ({ config, pending, pendingDelete }) =>
      createHash('sha1')
        .update(JSON.stringify([config, pending, [...pendingDelete]]))
        .digest('hex'),
    failNext: (type, exit) => void failures.set(type, exit),
    takeFailure(type) {
      const exit = failures.get(type);
      failures.delete(type);
      return exit;
    },
  };
}

const substituted = (config: Readonly<Record<string, string>>, vmid: number): Record<string, string> =>
  Object.fromEntries(Object.entries(config).map(([key, value]) => [key, value.replaceAll('VMID', String(vmid))]));

const hexPair = (value: number): string => (value & 0xff).toString(16).toUpperCase().padStart(2, '0');
