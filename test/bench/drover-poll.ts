import { systemClock } from '../../src/clock.ts';
import { endpointName } from '../../src/ids.ts';
import { readHost } from '../../src/platforms/kvm/host/host.ts';
import { addressOf } from '../../src/platforms/kvm/link/address.ts';
import { createDaemon, type Daemon } from '../../src/platforms/kvm/link/daemon.ts';
import { createDialer } from '../../src/platforms/kvm/link/dial.ts';
import { procedures } from '../../src/platforms/kvm/rpc/protocol.ts';
import { readDomainStats } from '../../src/platforms/kvm/rpc/stats.ts';
import { createFastTick } from '../../src/platforms/kvm/samples/fast-tick.ts';
import { createMeters } from '../../src/platforms/kvm/samples/meters.ts';
import { createNodeMeter } from '../../src/platforms/kvm/samples/node-meter.ts';
import { listGuests } from '../../src/platforms/kvm/watch/list-guests.ts';
import { createRoster } from '../../src/platforms/kvm/watch/roster.ts';
import { type Host, site } from '../labs/libvirt/hosts.ts';

/** libvirt's word for every group of statistics that the daemon has. */
const ALL_GROUPS = 0;

/** drover's own way: its SSH connection, its client, its fast tick. */
export async function openDrover(host: Host) {
  const name = endpointName('bench');
  const { signal } = new AbortController();
  const { key, knownHosts } = site.files;
  const values = { transport: 'ssh', host: host.address, user: 'root', key, 'known-hosts': knownHosts };
  const address = addressOf({ name, platform: 'kvm', values });
  const context = { signal, clock: systemClock, wire: () => {}, ask: {} };
  const dialer = await createDialer(name, address, context);
  const daemon: Daemon = await createDaemon(
    { endpoint: name, dialer, driver: address.driver, clock: systemClock, wire: () => {} },
    signal,
  );
  const { poll } = daemon;
  const { node } = await readHost(poll, name, host.address, signal);
  const place = { endpoint: name, node: node.id };
  const listed = await listGuests(poll, signal);
  const all = Array.from(listed.values(), ({ domain }) => domain);
  const roster = await createRoster(listed, {
    poll,
    place,
    clock: systemClock,
    signal,
    seen: () => [],
    emit: () => {},
    onIdle: () => {},
    onComplete: () => {},
  });
  const fast = createFastTick({
    poll,
    place,
    clock: systemClock,
    signal,
    roster,
    meters: createMeters(),
    nodeMeter: createNodeMeter(node.id, systemClock),
    seen: () => [],
  });
  return {
    domains: all.length,
    running: () => roster.running().length,
    /** In one call, or in several of one write, each for its share of the domains: the daemon works on them side by side. */
    async allGroups(calls: number) {
      const bodies = await Promise.all(
        Array.from({ length: calls }, (_, part) => {
          const share = calls === 1 ? [] : all.filter((_domain, at) => at % calls === part);
          return poll.call(procedures.domainStats, { domains: share, groups: ALL_GROUPS, flags: 0 }, { signal });
        }),
      );
      const told = bodies.flatMap((body) => [...readDomainStats(body)]);
      if (told.length !== all.length) throw new Error(`${told.length} of ${all.length} domains were told`);
    },
    async fastTick() {
      const { blocks } = await fast();
      const told = blocks.reduce((sum, { ids }) => sum + ids.length, 0);
      if (told !== roster.running().length) throw new Error(`the fast tick told of ${told} guests`);
    },
    close: () => daemon.close(),
  };
}
