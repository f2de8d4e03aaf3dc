import type { Clock } from '../../clock.ts';
import type { EndpointName } from '../../ids.ts';
import type { Vm } from '../contract.ts';
import { createAgenda } from './agenda.ts';
import { createCollections } from './collections.ts';
import { createContents } from './contents.ts';
import { createDrives } from './drives.ts';
import { createFaults } from './faults.ts';
import { createFleet } from './fleet.ts';
import { bootedAt, createdAt } from './info.ts';
import { liveOn } from './life.ts';
import { createLink } from './link.ts';
import { address, RAW_STATES, uptimeFact } from './machines.ts';
import { createSavedNetworks } from './network-settings.ts';
import { createNews } from './news.ts';
import { createNics } from './nics.ts';
import type { FakeOptions } from './options.ts';
import type { FakeServer } from './server.ts';
import { createSheets } from './sheets.ts';
import { createSnapshots } from './snapshots.ts';

/** A node is known to be out of order when it has said nothing for this long. */
const MISSED_AFTER_MS = 3000;

export async function createServer(endpoint: EndpointName, options: FakeOptions, clock: Clock): Promise<FakeServer> {
  const fleet = await createFleet(endpoint, options, clock.now());
  const agenda = createAgenda(clock);
  const link = createLink(endpoint, clock);
  const faults = createFaults(options, fleet, link, (nodeRow) =>
    nodeRow === undefined ? news.catchUp() : hangingChanged(nodeRow),
  );
  const news = createNews(
    clock,
    (row) => faults.frozen || faults.hangs(fleet.columns.node[row] ?? -1),
    () => faults.frozen,
  );
  const drives = createDrives(fleet, options.oddNames);
  const visitors: FakeServer['visitors'] = new Map();
  const boots = new Map<number, number>();
  let visits = 0;

  function hangingChanged(nodeRow: number) {
    const since = clock.now();
    if (faults.hangs(nodeRow)) return void agenda.plan(MISSED_AFTER_MS, () => reportNode(nodeRow, since));
    news.catchUp();
    reportNode(nodeRow, since);
  }

  function reportNode(nodeRow: number, since: number) {
    const known = fleet.nodes()[nodeRow];
    if (!known) return;
    const { trouble: _over, ...healthy } = known;
    const node = faults.hangs(nodeRow)
      ? { ...known, state: 'unknown' as const, trouble: { message: `${known.name} does not answer`, since } }
      : { ...healthy, state: 'up' as const };
    fleet.replaceNode(nodeRow, node);
    news.announce({ kind: 'node-upsert', node });
  }

  function replace(row: number, vm: Vm) {
    fleet.replaceVm(row, vm);
    news.change(row, { kind: 'vm-upsert', vm });
  }

  const server: FakeServer = {
    endpoint,
    options,
    clock,
    fleet,
    sheets: createSheets(fleet),
    drives,
    nics: createNics(fleet.seed),
    contents: createContents(),
    savedNetworks: createSavedNetworks(),
    saved: new Map(),
    nodeFiles: new Map(),
    collections: createCollections({ endpoint, fleet, drives, startedAt: clock.now() }),
    offers: new Map(),
    snapshots: createSnapshots(fleet, (row) => createdAt(server, row), clock.now),
    agenda,
    link,
    news,
    faults,
    startedAt: clock.now(),
    boots,
    underway: new Map(),
    visitors,
    enter(row, state, change = {}) {
      const vm = fleet.vm(row);
      if (!vm) return;
      const { trouble: _over, bootedAt: _before, ...healthy } = vm;
      if (state === 'starting') boots.set(row, clock.now());
      if (state === 'stopped' || state === 'starting') visitors.get(row)?.('The machine was switched off.');
      replace(row, {
        ...healthy,
        state,
        rawState: RAW_STATES[state],
        ips: state === 'running' || state === 'paused' ? [address(row)] : [],
        ...uptimeFact(state, bootedAt(server, row)),
        ...change,
      });
    },
    change(row, change) {
      const vm = fleet.vm(row);
      if (vm) replace(row, { ...vm, ...change });
    },
    remove(row) {
      const vm = fleet.vm(row);
      if (!vm) return;
      fleet.remove(row);
      news.change(row, { kind: 'vm-remove', id: vm.id });
    },
    add(make) {
      const vm = fleet.add(make);
      news.change(fleet.rowOf(vm.id), { kind: 'vm-upsert', vm });
      return vm;
    },
    visit() {
      if (visits++ === 0) agenda.wake();
      return () => {
        if (--visits === 0) agenda.rest();
      };
    },
  };
  liveOn(server);
  if (options.hangingNode > 0) hangingChanged(options.hangingNode - 1);
  return server;
}
