import { readFile } from 'node:fs/promises';
import { afterEach, expect, it } from 'vitest';
import { parse } from 'yaml';
import { endpointName } from '../../../src/ids.ts';
import type { Endpoint, Settings } from '../../../src/platforms/contract.ts';
import { platform } from '../../../src/platforms/kvm/index.ts';
import { type Host, host1, host2, host3, site, virsh } from './hosts.ts';
import { sshEndpoint } from './kvm-testkit.ts';
import { connectTo, patient, shut, type Watched, watch } from './kvm-watching.ts';

const opened: Watched[] = [];
afterEach(async () => {
  for (const watched of opened.splice(0)) await shut(watched);
});

async function open(endpoint: Endpoint): Promise<Watched> {
  const watched = await watch(endpoint);
  opened.push(watched);
  return watched;
}

const namesByVirsh = async (host: Host): Promise<string[]> =>
  (await virsh(host, 'list', '--all', '--name'))
    .split('\n')
    .filter((name) => name !== '')
    .sort();

const namesIn = (watched: Watched): string[] => Array.from(watched.vms.values(), ({ name }) => name).sort();

async function configured(name: string): Promise<Endpoint> {
  const { endpoints } = parse(await readFile(site.files.allTransports, 'utf8')) as {
    endpoints: Record<string, Settings & { transport: string }>;
  };
  const values = endpoints[name];
  if (!values) throw new Error(`the lab has no endpoint ${name}`);
  return {
    name: endpointName(name),
    platform: 'kvm',
    values: values.transport === 'tcp' ? { ...values, insecure: true } : values,
  };
}

it('F-242 F-253 lists the guests of three hosts over ssh, as virsh does', async () => {
  const hosts = [host1, host2, host3];
  const fleet = await Promise.all(hosts.map((host) => open(sshEndpoint(host))));
  for (const [i, host] of hosts.entries()) {
    const watched = fleet[i];
    if (!watched) throw new Error(`${host.name} was not opened`);
    expect(namesIn(watched)).toEqual(await namesByVirsh(host));
    const [first] = watched.feeds;
    expect(first).toMatchObject({ kind: 'inventory', inventory: { nodes: [{ name: host.name }] } });
    expect(JSON.stringify(first)).toContain(host.uuid);
  }
});

it.each([
  ['host1-unix', host1],
  ['host1-tcp', host1],
  ['host2-tls', host2],
  ['host3-tcp', host3],
] as const)('F-030 reads and acts over %s', async (name, host) => {
  const watched = await open(await configured(name));
  expect(namesIn(watched)).toEqual(await namesByVirsh(host));
  const [vm] = watched.vms.values();
  if (!vm) throw new Error(`${host.name} has no guest`);
  const info = await watched.connection.vm.info(vm.id, patient());
  expect(info.maxMemory).toBeGreaterThan(0);
  await watched.until('a sample of the node', () => watched.feeds.find(({ kind }) => kind === 'node-samples'));
});

it('F-450 reads all rows and states of a host in three calls, and the rest after the first feed', async () => {
  const watched = await open(sshEndpoint(host1));
  const before = watched.wire.slice(
    0,
    watched.wire.findIndex(({ text }) => text.startsWith('DOMAIN_GET_INFO')),
  );
  const lists = before.filter(({ text }) => /DOMAIN_STATS|LIST_ALL_DOMAINS/.test(text));
  expect(lists.length).toBeLessThanOrEqual(3);
  expect(before.filter(({ text }) => text.startsWith('DOMAIN_'))).toEqual([]);
});

it('refuses unprotected TCP to another machine unless it was allowed', async () => {
  const { insecure: _allowed, ...values } = (await configured('host1-tcp')).values;
  const endpoint = { name: endpointName('plain'), platform: 'kvm', values };
  await expect(connectTo(endpoint)).rejects.toMatchObject({ code: 'config.invalid' });
});

it('refuses a TLS host whose certificate another authority signed', async () => {
  const { ca: _ca, ...values } = (await configured('host2-tls')).values;
  const endpoint = { name: endpointName('stranger'), platform: 'kvm', values };
  await expect(connectTo(endpoint)).rejects.toMatchObject({ code: 'trust.tls' });
});

it('says that the client certificate is missing', async () => {
  const { cert: _cert, 'client-key': _key, ...values } = (await configured('host2-tls')).values;
  const endpoint = { name: endpointName('uncertified'), platform: 'kvm', values };
  await expect(connectTo(endpoint)).rejects.toMatchObject({ code: 'auth.rejected' });
});

it("F-023 reaches a host with the machine's own ssh", async () => {
  const endpoint = sshEndpoint(host1);
  const watched = await open({ ...endpoint, values: { ...endpoint.values, ssh: 'system' } });
  expect(namesIn(watched)).toEqual(await namesByVirsh(host1));
  const node = watched.feeds[0]?.kind === 'inventory' ? watched.feeds[0].inventory.nodes[0] : undefined;
  if (!node) throw new Error('no node');
  const info = await watched.connection.node?.info?.(node.id, patient());
  expect(info?.lines.find(([, label]) => label === 'Kernel')?.[2]).toMatch(/^Linux/);
});

it.each(['builtin', 'system'])(
  'reaches the daemon behind a named socket and no other, with the %s ssh',
  async (ssh) => {
    const endpoint = sshEndpoint(host1);
    // Hosts of the lab share this machine's files: a path of another host's socket leads to its daemon.
    const named = (socket: string) => ({ ...endpoint, values: { ...endpoint.values, ssh, socket } });
    const watched = await open(named(host2.socket));
    expect(watched.feeds[0]).toMatchObject({ kind: 'inventory', inventory: { nodes: [{ name: host2.name }] } });
    expect(namesIn(watched)).toEqual(await namesByVirsh(host2));
    await expect(connectTo(named('/run/libvirt/no-such-sock'))).rejects.toMatchObject({ code: 'host.unreachable' });
  },
);

it('takes a libvirt URI', async () => {
  const uri = `qemu+ssh://root@${host1.address}/system?keyfile=${site.files.key}&known_hosts=${site.files.knownHosts}`;
  const watched = await open({ name: endpointName('by-uri'), platform: 'kvm', values: { uri } });
  expect(namesIn(watched)).toEqual(await namesByVirsh(host1));
});

it('F-032 says of each prerequisite of a host that it is so', async () => {
  const context = {
    signal: patient(),
    clock: { ...(await import('../../../src/clock.ts')).systemClock },
    wire: () => {},
    ask: {},
  };
  const checks = await platform.test(sshEndpoint(host1), context);
  expect(checks.map(({ check }) => check)).toEqual([
    'the name resolves',
    'the host answers',
    'the host key is trusted',
    'the login works',
    "the daemon's socket opens",
    'the daemon answers',
    'this user may manage libvirt',
    'it can run guests',
    '/dev/kvm works',
  ]);
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
});
