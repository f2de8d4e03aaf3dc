import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { endpointName } from '../../../src/ids.ts';
import { addressOf } from '../../../src/platforms/kvm/link/address.ts';
import { createDaemon, type Daemon } from '../../../src/platforms/kvm/link/daemon.ts';
import { createDialer, type Dialer } from '../../../src/platforms/kvm/link/dial.ts';
import { createRpcClient, type RpcClient } from '../../../src/platforms/kvm/rpc/client.ts';
import { procedures } from '../../../src/platforms/kvm/rpc/protocol.ts';
import { readDomainStats } from '../../../src/platforms/kvm/rpc/stats.ts';
import { type PrivateDaemon, startPrivateDaemon } from '../../../src/platforms/kvm/testkit/private-daemon.ts';
import { host3, virsh } from './hosts.ts';
import { sshEndpoint } from './kvm-testkit.ts';
import { patient, shut, watch } from './kvm-watching.ts';
import { crowd } from './population.ts';

const DOMAINS = 10_000;
const AT_ONCE = 50;
const STATS_OF_ALL_GROUPS = 0;

describe('ten thousand guests of the test driver', () => {
  let daemon: PrivateDaemon;
  let filler: RpcClient;
  beforeAll(async () => {
    daemon = await startPrivateDaemon('/usr/sbin/libvirtd');
    filler = createRpcClient({
      link: connect(daemon.socket),
      clock: systemClock,
      peer: 'the daemon',
      onWire: () => {},
    });
    await filler.call(procedures.open, { name: 'test:///default', flags: 0 });
    for (let at = 0; at < DOMAINS; at += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => define(`vm${at + i}`, (at + i) % 2 === 1)));
    }
  });
  afterAll(async () => {
    filler.close();
    await daemon.stop();
  });

  async function define(name: string, running: boolean): Promise<void> {
    const xml = `<domain type='test'><name>${name}</name><uuid>${randomUUID()}</uuid>
      <memory unit='MiB'>256</memory><vcpu>1</vcpu><os><type>hvm</type></os></domain>`;
    const domain = await filler.call(procedures.define, { xml, flags: 0 });
    if (running) await filler.call(procedures.create, { domain, flags: 0 });
  }

  it('F-450 are all listed and read, and two hundred of them start at once', async () => {
    const values = { transport: 'unix', socket: daemon.socket, driver: 'test:///default' };
    const watched = await watch({ name: endpointName('big'), platform: 'kvm', values }, 1_000);
    expect(watched.vms.size).toBe(DOMAINS + 1);
    await watched.until('all to be read', () => watched.feeds.find(({ kind }) => kind === 'complete'), 60_000);
    const ids = Array.from(watched.vms.values())
      .filter(({ name }) => /^vm\d*[02468]$/.test(name))
      .slice(0, 200)
      .map(({ id }) => id);
    await Promise.all(ids.map((id) => watched.connection.vm.start(id, patient())));
    await watched.until('200 to run', () =>
      ids.every((id) => watched.vms.get(id)?.state === 'running') ? true : undefined,
    );
    await shut(watched);
  });
});

describe('a thousand and ten real domains on one host', () => {
  let dialer: Dialer;
  let daemon: Daemon;
  let before: ReadonlySet<string>;
  const names = async () =>
    new Set((await virsh(host3, 'list', '--all', '--name')).split('\n').filter((name) => name !== ''));

  beforeAll(async () => {
    before = await names();
    await crowd(host3, 1_010);
    const endpoint = sshEndpoint(host3);
    const address = addressOf(endpoint);
    const context = { signal: patient(), clock: systemClock, wire: () => {}, ask: {} };
    dialer = await createDialer(endpoint.name, address, context);
    daemon = await createDaemon({ ...context, endpoint: endpoint.name, dialer, driver: address.driver }, patient());
  });
  afterAll(async () => {
    daemon.close();
    const added = [...(await names())].filter((name) => !before.has(name));
    for (let at = 0; at < added.length; at += 100) {
      await virsh(
        host3,
        added
          .slice(at, at + 100)
          .map((name) => `undefine ${name}`)
          .join('; '),
      );
    }
  });

  it('F-115 F-210 are told of in one answer, every one that virsh knows', async () => {
    const known = [...(await names())];
    const body = await daemon.poll.call(
      procedures.domainStats,
      { domains: [], groups: STATS_OF_ALL_GROUPS, flags: 0 },
      { deadlineMs: 60_000 },
    );
    expect(known.length).toBeGreaterThanOrEqual(1_010);
    expect([...readDomainStats(body)]).toHaveLength(known.length);
  });
});
