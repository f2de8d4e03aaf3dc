import { X509Certificate } from 'node:crypto';
import { connect as connectTls } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { endpointName, nativeOf, vmId } from '../../../src/ids.ts';
import { platform } from '../../../src/platforms/openstack/index.ts';
import { refusal } from '../../contract/refusal.ts';
import { openTerminal } from '../../contract/terminal.ts';
import { until } from '../until.ts';
import { logIn } from './cloud-api.ts';
import { type ContractServers, openContractServers } from './contract-servers.ts';
import { cloudOf, connectTo, contextWith, patient, shut, type Watched, watch } from './openstack-watching.ts';
import { loginOf } from './people.ts';
import { SERVERS } from './servers.ts';
import { siteFrom } from './site.ts';

const site = siteFrom(process.env);
const open: Watched[] = [];
const look = async (cloud: string, more = {}): Promise<Watched> => {
  const watched = await watch(cloudOf(site, cloud, more));
  open.push(watched);
  return watched;
};
/** Of another file's tests: they may be there, and go. */
const isOwn = (name: string): boolean => !name.startsWith('contract-') && !name.startsWith('special-');

let servers: ContractServers;
beforeAll(async () => {
  servers = await openContractServers(site);
});
afterEach(async () => {
  for (const watched of open.splice(0)) await shut(watched);
});
afterAll(() => servers.clear());

describe('a login of clouds.yaml', () => {
  it.each([
    ['fleet', '2 availability zones'],
    ['fleet-admin', '2 hypervisors'],
    ['fleet-reader', '2 availability zones'],
    ['fleet-app', '2 availability zones'],
  ])('F-025 as %s works', async (cloud, places) => {
    const checks = await platform.test(cloudOf(site, cloud), contextWith());
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(checks.at(-1)?.detail).toBe(places);
  });

  it.each([
    ['wrong-password', 'auth.rejected', /password/],
    ['wrong-region', 'config.invalid', /there is RegionOne/],
    ['no-ca', 'trust.tls', /`ca`/],
    ['unverified', 'config.invalid', /`fingerprint`/],
    ['nobody', 'host.unreachable', undefined],
  ])('as %s says %s', async (cloud, code, fix) => {
    const error = await refusal(connectTo(cloudOf(site, cloud)));
    expect(error.code).toBe(code);
    if (fix) expect(error.fix).toMatch(fix);
  });

  it('trusts the one certificate that is pinned, and no other', async () => {
    const fingerprint = await new Promise<string>((resolve, reject) => {
      const socket = connectTls({ host: site.address, port: 5000, rejectUnauthorized: false }, () => {
        const { raw } = socket.getPeerCertificate();
        socket.destroy();
        resolve(new X509Certificate(raw).fingerprint256);
      }).once('error', reject);
    });
    const connection = await connectTo(cloudOf(site, 'unverified', { fingerprint }));
    await connection.close();
    const other = fingerprint.replace(/^../, (byte) => (byte === '00' ? '01' : '00'));
    expect((await refusal(connectTo(cloudOf(site, 'unverified', { fingerprint: other })))).code).toBe('trust.tls');
  });
});

describe('the fleet', () => {
  it('F-495 is listed whole, beyond its first page, whatever its servers are called', async () => {
    const watched = await look('fleet');
    const expected = SERVERS.filter(({ project = 'fleet' }) => project === 'fleet').flatMap(({ name, count }) =>
      count === undefined ? [name] : Array.from({ length: count }, (_, index) => `${name}-${index + 1}`),
    );
    const shown = Array.from(watched.vms.values(), ({ name }) => name).filter(isOwn);
    expect(shown.toSorted()).toEqual(expected.toSorted());
    const pages = watched.wire.filter(({ text }) => /servers\/detail(?! \?changes)/.test(text));
    expect(pages.length).toBeGreaterThan(1);
  });

  it('shows what each of them is', async () => {
    const { named } = await look('fleet');
    const states = ['db2', 'cache1', 'batch1', 'attic', 'grown', 'patient', 'greedy', 'web2'].map((name) => {
      const { state, rawState } = named(name);
      return [name, state, rawState];
    });
    expect(states).toEqual([
      ['db2', 'stopped', 'SHUTOFF'],
      ['cache1', 'paused', 'PAUSED'],
      ['batch1', 'suspended', 'SUSPENDED'],
      ['attic', 'stopped', 'SHELVED_OFFLOADED'],
      ['grown', 'running', 'VERIFY_RESIZE'],
      ['patient', 'running', 'RESCUE'],
      ['greedy', 'error', 'ERROR'],
      ['web2', 'running', 'ACTIVE'],
    ]);
    expect(named('greedy').trouble?.message).toBe('No valid host was found.');
    expect(named('db1').disabled?.['vm.stop']).toBe('it is locked (month end, ask the accountants): unlock it first');
    expect(named('web1')).toMatchObject({ plan: 'shop', profile: 'web', image: 'debian-12', node: 'lab/zone/rack-1' });
    expect(named('attic')).toMatchObject({ node: undefined });
  });

  it('has the address first that the world knows', async () => {
    const watched = await look('fleet');
    const { id } = watched.named('web1');
    // What Neutron told Nova while the cloud was put away is lost: it is told once more.
    const captain = await logIn(site, loginOf('captain', 'fleet'));
    const json = { events: [{ name: 'network-changed', server_uuid: nativeOf(id) }] };
    await captain.ask('compute', '/os-server-external-events', { method: 'POST', json });
    await until('Nova to know it', 60_000, async () => {
      const { row } = await watched.connection.vm.info(id, patient());
      return row?.ips?.[0]?.startsWith('203.0.113.');
    });
    expect((await look('fleet')).named('web1').ips[0]).toMatch(/^203\.0\.113\./);
  });

  it('hangs below its hypervisors for an administrator, with the servers of all projects when they are asked for', async () => {
    const own = await look('fleet-admin');
    expect(own.named('web1').node).toMatch(/^lab\/host\//);
    expect([...own.vms.values()].some(({ name }) => name.startsWith('annexed'))).toBe(false);
    const all = await look('fleet-admin', { 'all-projects': true });
    expect(all.named('annexed-1').node).toMatch(/^lab\/host\//);
    expect((await refusal(watch(cloudOf(site, 'fleet', { 'all-projects': true })))).message).toContain(
      'get_all_tenants',
    );
  });

  it('says once that a member may read no figures', async () => {
    const watched = await look('fleet');
    await watched.until('the word', () => watched.events[0]);
    expect(watched.events[0]?.text).toContain('os_compute_api:os-server-diagnostics');
    const asked = watched.wire.filter(({ text }) => text.includes('/diagnostics')).length;
    const feeds = watched.feeds.length;
    await watched.until('two more ticks', () => (watched.feeds.length >= feeds + 2 ? true : undefined));
    expect(watched.wire.filter(({ text }) => text.includes('/diagnostics'))).toHaveLength(asked);
  });

  it('F-113 has figures for an administrator', async () => {
    const watched = await look('fleet-admin');
    const { id } = watched.named('web1');
    const rates = () =>
      watched.blocks().flatMap(({ ids, cpu, netRx, diskWrite }) => {
        const row = ids.indexOf(id);
        return Number.isFinite(netRx[row]) ? [{ cpu: cpu[row] ?? 0, diskWrite: diskWrite[row] ?? 0 }] : [];
      });
    // An answer that is late makes one rate too small and the next one too large: together they are right.
    const some = await watched.until('rates of web1', () => (rates().length >= 8 ? rates() : undefined), 60_000);
    expect(some.reduce((sum, { cpu }) => sum + cpu, 0) / some.length).toBeCloseTo(0.25, 1);
    expect(some.at(-1)?.diskWrite).toBeGreaterThan(0);
  });
});

describe('a server', () => {
  it('that others stop is seen to stop, by asking for changes only', async () => {
    const id = await servers.bring('special-other', 'ACTIVE');
    const watched = await look('fleet');
    const asked = watched.wire.length;
    await servers.bring('special-other', 'SHUTOFF');
    await watched.untilState(vmId(endpointName('lab'), id), 'stopped', 10_000);
    const lists = watched.wire.slice(asked).filter(({ text }) => /servers\/detail/.test(text));
    expect(lists.filter(({ text }) => !text.includes('changes-since'))).toEqual([]);
  });

  it('that is slow to stop is stopping in between', async () => {
    const watched = await look('fleet');
    const { id } = watched.named('slow-stop');
    await watched.connection.vm.stop(id, 'graceful', patient());
    expect((await watched.untilState(id, 'stopping', 10_000)).rawState).toBe('ACTIVE (powering-off)');
    await watched.untilState(id, 'stopped', 30_000);
    await watched.connection.vm.start(id, patient());
    await watched.untilState(id, 'running', 30_000);
  });

  it('that is asked to start, and does not, has trouble that says so', async () => {
    const watched = await look('fleet');
    const { id } = watched.named('no-start');
    const { task } = await watched.connection.vm.start(id, patient());
    const failed = await watched.until(
      'the failure',
      () =>
        watched.feeds
          .flatMap((feed) => (feed.kind === 'tasks' ? feed.tasks : []))
          .find((one) => one.task === task && one.state === 'failed'),
      30_000,
    );
    expect(failed.text).toMatch(/^Start failed: /);
    await watched.until('the trouble of one that is off', () => {
      const vm = watched.vms.get(id);
      return vm?.state === 'stopped' ? vm.trouble : undefined;
    });
  });

  it('is not touched by who may only look', async () => {
    const watched = await look('fleet-reader');
    const error = await refusal(watched.connection.vm.start(watched.named('db2').id, patient()));
    expect(error).toMatchObject({
      code: 'auth.forbidden',
      message: expect.stringContaining('os_compute_api:servers:start'),
    });
  });

  it('that is locked is left alone', async () => {
    const watched = await look('fleet');
    const error = await refusal(watched.connection.vm.stop(watched.named('db1').id, 'graceful', patient()));
    expect(error).toMatchObject({ code: 'op.conflict', fix: expect.stringContaining('unlock') });
  });

  it('is suspended and woken up by a start', async () => {
    const id = vmId(endpointName('lab'), await servers.bring('special-sleeper', 'ACTIVE'));
    const watched = await look('fleet');
    await watched.connection.vm.suspend?.(id, patient());
    await watched.untilState(id, 'suspended', 20_000);
    await watched.connection.vm.start(id, patient());
    await watched.untilState(id, 'running', 20_000);
  });
});

describe('a console', () => {
  it('F-357 is a shell behind a login, over the websocket of nova-serialproxy', async () => {
    const id = vmId(endpointName('lab'), await servers.bring('special-console', 'ACTIVE'));
    const connection = await connectTo(cloudOf(site, 'fleet'));
    const attachment = await connection.console?.serial?.(id, { force: false }, patient());
    if (attachment?.kind !== 'stream') throw new Error('no stream');
    const terminal = openTerminal(attachment.stream);
    await terminal.see(/login: /, '\r');
    terminal.type('somebody\r');
    terminal.type('whoami\r');
    await terminal.see(/somebody[\s\S]*somebody/);
    attachment.stream.destroy();
    expect((await connection.console?.output?.(id, patient()))?.text).toMatch(/login:/);
    await connection.close();
  });
});
