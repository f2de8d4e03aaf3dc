import { endpointName, nodeId, type VmId, vmId } from '../../../ids.ts';
import type { Feed, SampleBlock, Vm, WireLine } from '../../contract.ts';
import type { HostFacts } from '../host/host.ts';
import { createDaemon, type Daemon } from '../link/daemon.ts';
import { createGuestEvents } from '../watch/events.ts';
import { watchHost } from '../watch/watch.ts';
import { type HandClock, settle } from './played-daemon.ts';
import { type PlayedHost, uuidOf } from './played-host.ts';

const ENDPOINT = endpointName('a');
export const NODE = nodeId(ENDPOINT, 'n');
export const idOf = (number: number): VmId => vmId(ENDPOINT, uuidOf(number));
const FACTS = { node: { id: NODE } } as unknown as HostFacts;

export interface WatchedHost {
  readonly clock: HandClock;
  readonly daemon: Daemon;
  readonly feeds: Feed[];
  readonly wire: readonly WireLine[];
  /** Those of this kind, in their order. */
  of<K extends Feed['kind']>(kind: K): readonly Extract<Feed, { kind: K }>[];
  /** The guest as it was reported last, by number. */
  vm(number: number): Vm | undefined;
  /** Rows of this guest, oldest first. */
  rows(number: number): readonly Row[];
  pass(ms: number): Promise<void>;
  touch(number: number): void;
  seen: VmId[];
  /** Settles when the watch does. */
  readonly watching: Promise<void>;
  end(): Promise<void>;
}

export interface Row {
  readonly windowMs: number;
  readonly cpu: number;
  readonly memory: number;
  readonly diskRead: number;
  readonly diskWrite: number;
  readonly netRx: number;
  readonly netTx: number;
}

const rowOf = ({ ids, windowMs, ...columns }: SampleBlock, id: VmId): readonly Row[] => {
  const at = ids.indexOf(id);
  const of = (key: keyof typeof columns) => (columns[key] as Float32Array)[at] ?? Number.NaN;
  if (at < 0) return [];
  return [
    {
      windowMs,
      cpu: of('cpu'),
      memory: of('memory'),
      diskRead: of('diskRead'),
      diskWrite: of('diskWrite'),
      netRx: of('netRx'),
      netTx: of('netTx'),
    },
  ];
};

/** The watch of a played host on a clock of the test's, over real connections to it. */
export async function watchPlayed(host: PlayedHost, clock: HandClock, everyMs = 1_000): Promise<WatchedHost> {
  const feeds: Feed[] = [];
  const wire: WireLine[] = [];
  const ending = new AbortController();
  const daemon = await createDaemon(
    {
      endpoint: ENDPOINT,
      dialer: { host: 'db1', open: async () => host.open(), close: () => undefined },
      driver: 'qemu:///system',
      clock,
      wire: (line) => void wire.push(line),
    },
    ending.signal,
  );
  let touched = (_uuid: string): void => {};
  const watched = { seen: [] as VmId[] };
  const watching = watchHost(
    {
      daemon,
      events: createGuestEvents(daemon.poll),
      facts: FACTS,
      place: { endpoint: ENDPOINT, node: NODE },
      clock,
      onTouched(listen) {
        touched = listen;
      },
    },
    {
      signal: ending.signal,
      interest: () => watched.seen,
      everyMs: () => everyMs,
      sink: (feed) => void feeds.push(feed),
    },
  );
  watching.catch(() => undefined);
  await settle();
  const of = <K extends Feed['kind']>(kind: K) =>
    feeds.filter((feed): feed is Extract<Feed, { kind: K }> => feed.kind === kind);
  return Object.assign(watched, {
    clock,
    daemon,
    feeds,
    wire,
    of,
    vm(number: number) {
      let vm: Vm | undefined;
      for (const feed of feeds) {
        if (feed.kind === 'inventory') vm = feed.inventory.vms.find(({ id }) => id === idOf(number));
        if (feed.kind !== 'changes') continue;
        for (const change of feed.changes) {
          if (change.kind === 'vm-upsert' && change.vm.id === idOf(number)) vm = change.vm;
          if (change.kind === 'vm-remove' && change.id === idOf(number)) vm = undefined;
        }
      }
      return vm;
    },
    rows: (number: number) => of('samples').flatMap(({ block }) => rowOf(block, idOf(number))),
    async pass(ms: number) {
      for (let left = ms; left > 0; left -= 500) {
        await clock.pass(Math.min(500, left));
        await settle();
      }
    },
    touch: (number: number) => touched(uuidOf(number)),
    watching,
    async end() {
      ending.abort(new DOMException('over', 'AbortError'));
      await watching.catch(() => undefined);
      daemon.close();
    },
  });
}
