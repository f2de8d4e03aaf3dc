import type { Clock } from '../../clock.ts';
import type { EndpointName, NodeId, VmId, VolumeId } from '../../ids.ts';
import type { Vm, VmState } from '../contract.ts';
import type { Agenda } from './agenda.ts';
import type { Collections } from './collections.ts';
import type { Contents } from './contents.ts';
import type { Drives } from './drives.ts';
import type { Faults, Trap } from './faults.ts';
import type { Fleet } from './fleet.ts';
import type { Link } from './link.ts';
import type { SavedNetworks } from './network-settings.ts';
import type { News } from './news.ts';
import type { Nics } from './nics.ts';
import type { Tree } from './node-tree.ts';
import type { FakeOptions } from './options.ts';
import type { Sheets } from './sheets.ts';
import type { Snapshots } from './snapshots.ts';

/** The other side: one simulated cluster with its state, as many connections as there are see it. */
export interface FakeServer {
  readonly endpoint: EndpointName;
  readonly options: FakeOptions;
  readonly clock: Clock;
  readonly fleet: Fleet;
  readonly sheets: Sheets;
  readonly drives: Drives;
  readonly nics: Nics;
  readonly snapshots: Snapshots;
  readonly collections: Collections;
  readonly contents: Contents;
  /** Volumes that are offered to others, with the id of the offer and the key to it. */
  readonly offers: Map<VolumeId, { readonly id: string; readonly key: string }>;
  readonly savedNetworks: SavedNetworks;
  /** Files with the memory of VMs, by path. */
  readonly saved: Map<string, VmId>;
  readonly nodeFiles: Map<NodeId, Tree>;
  readonly agenda: Agenda;
  readonly link: Link;
  readonly news: News;
  readonly faults: Faults & Trap;
  /** Epoch, ms. */
  readonly startedAt: number;
  /** When VMs were last started, for those that were since this server runs. */
  readonly boots: ReadonlyMap<number, number>;
  /** Takes back what each VM is on its way to: a newer order replaces an older one. */
  readonly underway: Map<number, () => void>;
  /** Throws out who sits at the serial console of a row, with a sentence. */
  readonly visitors: Map<number, (why: string) => void>;
  /** Brings a VM into another state, with what goes along with it. Its old trouble ends. */
  enter(row: number, state: VmState, change?: Partial<Vm>): void;
  change(row: number, change: Partial<Vm>): void;
  remove(row: number): void;
  /** A new VM in a row of its own. Throws op.refused when there is no room for another one. */
  add(make: (row: number) => Vm): Vm;
  /** Time goes on while a client is connected; the function that it answers ends that connection. */
  visit(): () => void;
}
