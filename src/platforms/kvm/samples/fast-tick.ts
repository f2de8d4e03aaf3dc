/**
 * The fast layer: one bulk call for the state and network counters of all that runs, GET_INFO for the CPU time of
 * those whose turn it is, and the host's own counters, all in one write. Nothing of it asks a guest's monitor, so no
 * guest can hold it up. (`cpu.time` of the bulk call would: and for shut-off guests libvirt 9.0 puts the daemon's own there.)
 */

import type { Clock } from '../../../clock.ts';
import type { VmId } from '../../../ids.ts';
import type { NodeSample, SampleBlock } from '../../contract.ts';
import { breathe } from '../../transport/breathe.ts';
import { uuidText } from '../link/uuid.ts';
import type { RpcClient } from '../rpc/client.ts';
import { LIST, STATS } from '../rpc/flags.ts';
import { type Domain, procedures } from '../rpc/protocol.ts';
import { readDomainStats } from '../rpc/stats.ts';
import { idOf, isAboutGuest, type Place } from '../vm/guest.ts';
import type { Roster } from '../watch/roster.ts';
import type { CpuReading, Meters, NetReading, Rates } from './meters.ts';
import type { NodeMeter } from './node-meter.ts';
import { createTurns } from './turns.ts';

/** Guests whose CPU is asked for in one tick: as many that are looked at, and as many of the others. */
const MOST_PER_TURN = 256;
const AT_ONCE = 500;
/** Answered from the daemon's memory: what takes longer is stuck, and must not stop the tick. */
const CPU_MS = 5_000;

export interface FastTickOptions {
  readonly poll: RpcClient;
  readonly place: Place;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly roster: Roster;
  readonly meters: Meters;
  readonly nodeMeter: NodeMeter;
  readonly seen: () => readonly string[];
}

export interface FastTick {
  readonly blocks: readonly SampleBlock[];
  readonly node: NodeSample;
}

export function createFastTick(options: FastTickOptions): () => Promise<FastTick> {
  const { poll, place, clock, signal, roster, meters, nodeMeter, seen } = options;
  const turns = createTurns(MOST_PER_TURN);
  const idsOf = createIds(place);
  let before = clock.ticks();

  /** Undefined when the guest has gone meanwhile: the list will say so. */
  const cpuOf = async (uuid: string): Promise<CpuReading | undefined> => {
    const domain: Domain | undefined = roster.guests.get(uuid)?.domain;
    if (!domain) return undefined;
    const askedAt = clock.ticks();
    try {
      const info = await poll.call(procedures.domainInfo, { domain }, { signal, deadlineMs: CPU_MS });
      const answeredAt = clock.ticks();
      roster.resize(uuid, info.memoryKib, info.cpus);
      return { cpuTimeNs: info.cpuTimeNs, cpus: info.cpus, askedAt, answeredAt };
    } catch (error) {
      if (isAboutGuest(error)) return undefined;
      throw error;
    }
  };

  return async () => {
    const running = roster.running();
    const { first, rest } = turns.next(running, seen());
    const [stats, node, ...cpus] = await Promise.all([
      poll.call(
        procedures.domainStats,
        { domains: [], groups: STATS.state + STATS.interface, flags: LIST.active },
        { signal },
      ),
      nodeMeter.read(poll, signal),
      ...first.map(cpuOf),
      ...rest.map(cpuOf),
    ]);
    const nets = await compare(stats, running, roster);
    const at = clock.ticks();
    const windowMs = at - before;
    before = at;
    const block = (uuids: readonly string[], offset: number, turnsBetween: number): SampleBlock =>
      createBlock(
        clock.now(),
        windowMs * turnsBetween,
        idsOf(uuids),
        uuids.map((uuid, i) => meters.read(uuid, at, cpus[offset + i], nets.get(uuid))),
      );
    const blocks = [block(first, 0, 1)];
    const slices = Math.max(1, Math.ceil((running.length - first.length) / MOST_PER_TURN));
    if (rest.length > 0) blocks.push(block(rest, first.length, slices));
    return { blocks: blocks.filter(({ ids }) => ids.length > 0), node };
  };
}

/** Reports changes to the roster, and collects the network counters. */
async function compare(
  stats: Buffer,
  running: readonly string[],
  roster: Roster,
): Promise<ReadonlyMap<string, NetReading>> {
  const nets = new Map<string, NetReading>();
  for (const { name, uuid, id, state, reason, netReceived, netSent, netCount } of readDomainStats(stats)) {
    const key = uuidText(uuid);
    roster.observe(key, { domain: { name, uuid, id }, state, reason, saved: false });
    if (netCount >= 0) roster.holds(key, { nicCount: netCount });
    nets.set(key, { netReceived, netSent });
    if (nets.size % AT_ONCE === 0) await breathe();
  }
  // The daemon lists it no more, and the event that says why may never have been sent.
  for (const uuid of running) if (!nets.has(uuid) && roster.guests.has(uuid)) roster.touch(uuid);
  return nets;
}

export function createBlock(at: number, windowMs: number, ids: readonly VmId[], rows: readonly Rates[]): SampleBlock {
  return {
    at,
    windowMs,
    ids,
    cpu: Float32Array.from(rows, (row) => row.cpu),
    memory: Float64Array.from(rows, (row) => row.memory),
    diskRead: Float32Array.from(rows, (row) => row.diskRead),
    diskWrite: Float32Array.from(rows, (row) => row.diskWrite),
    netRx: Float32Array.from(rows, (row) => row.netRx),
    netTx: Float32Array.from(rows, (row) => row.netTx),
  };
}

/** The same ids for the same array of uuids. */
function createIds(place: Place): (uuids: readonly string[]) => readonly VmId[] {
  const known = new WeakMap<readonly string[], readonly VmId[]>();
  return (uuids) => {
    let ids = known.get(uuids);
    if (!ids) {
      ids = uuids.map((uuid) => idOf(place, uuid));
      known.set(uuids, ids);
    }
    return ids;
  };
}
