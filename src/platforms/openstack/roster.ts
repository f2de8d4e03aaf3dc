/** All that is known of the servers while they are watched, and the rows that it makes. */
import type { Clock } from '../../clock.ts';
import { vmId } from '../../ids.ts';
import type { Change, Pool, Trouble, Vm } from '../contract.ts';
import type { Cloud } from './cloud.ts';
import type { Images } from './image/images.ts';
import { nodeOf, type Places } from './places.ts';
import type { Server } from './servers.ts';
import { isGone } from './states.ts';
import { rowOf, sameRow } from './vm-row.ts';

export interface Entry {
  readonly server: Server;
  readonly vm: Vm;
  /** Why the last task failed. */
  readonly failure: Trouble | undefined;
  /** In ticks: when the question was sent that was answered with this. */
  readonly askedAt: number;
}

export interface Roster {
  readonly entries: ReadonlyMap<string, Entry>;
  /** All that is not among these is gone. */
  keep(ids: ReadonlySet<string>): readonly Change[];
  /** Some of them, also those that are gone; `askedAt`: when they were asked for, in ticks. */
  learn(servers: readonly Server[], askedAt: number): readonly Change[];
  gone(id: string): readonly Change[];
  fail(id: string, message: string | undefined): readonly Change[];
  /** Nodes came and went: rows are to be drawn again. */
  move(places: Places): void;
  /** Images have got names, or nodes are others. */
  redraw(ids: Iterable<string>): readonly Change[];
}

export interface RosterOptions {
  readonly cloud: Cloud;
  readonly pool: Pool;
  readonly images: Images;
  readonly clock: Clock;
  readonly places: Places;
}

export function createRoster({ cloud, pool, images, clock, places: first }: RosterOptions): Roster {
  const { endpoint } = cloud;
  const entries = new Map<string, Entry>();
  let places = first;

  const imageOf = ({ imageId }: Server) => ({ name: images.nameOf(imageId), system: images.systemOf(imageId) });

  function put(server: Server, failure: Trouble | undefined, askedAt: number): readonly Change[] {
    const old = entries.get(server.id);
    const known = old ? completed(server, old.server) : server;
    const place = { endpoint, node: nodeOf(endpoint, known, places), pool: pool.id };
    const vm = rowOf(place, known, imageOf(known), failure);
    const same = old !== undefined && sameRow(old.vm, vm);
    entries.set(server.id, { server: known, vm: same ? old.vm : vm, failure, askedAt });
    return same ? [] : [{ kind: 'vm-upsert', vm }];
  }
  const drop = (id: string): readonly Change[] =>
    entries.delete(id) ? [{ kind: 'vm-remove', id: vmId(endpoint, id) }] : [];

  /**
   * Polls overlap with reads of single servers: what was asked for later counts. Nova's own stamps don't tell, since the
   * API's machine sets them as well as the conductor's, and their clocks differ.
   */
  const learn = (servers: readonly Server[], askedAt: number): readonly Change[] =>
    servers.flatMap((server) => {
      if (isGone(server)) return drop(server.id);
      const old = entries.get(server.id);
      return old && askedAt < old.askedAt ? [] : put(server, old?.failure, askedAt);
    });

  return {
    entries,
    learn,
    gone: drop,
    keep: (ids) => [...entries.keys()].filter((id) => !ids.has(id)).flatMap(drop),
    fail(id, message) {
      const old = entries.get(id);
      if (!old || (message === undefined && old.failure === undefined)) return [];
      return put(old.server, message === undefined ? undefined : { message, since: clock.now() }, old.askedAt);
    },
    move(now) {
      places = now;
    },
    redraw: (ids) =>
      [...ids].flatMap((id) => {
        const old = entries.get(id);
        return old ? put(old.server, old.failure, old.askedAt) : [];
      }),
  };
}

/** A list may tell less than was known already: nothing but an id, when a cell does not answer, or an error without a word. */
function completed(server: Server, old: Server): Server {
  if (server.partial) return { ...old, status: server.status, vmState: undefined, taskState: undefined, partial: true };
  const silent = server.status === 'ERROR' && !server.fault && server.updatedAt === old.updatedAt;
  return silent ? { ...server, fault: old.fault } : server;
}
