/** Networks that are changed: as virsh, the network's own dnsmasq and the links of guests show it. */
import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { NetworkId } from '../../../src/ids.ts';
import type { Connection, NetworkOps, NetworkSettings, NetworkSpec } from '../../../src/platforms/contract.ts';
import { run } from '../command.ts';
import { makeFreshGuests } from './fresh-guests.ts';
import { host2, removeGuests, virsh } from './hosts.ts';
import { sshEndpoint } from './kvm-testkit.ts';
import { connectTo, patient } from './kvm-watching.ts';
import { inHost } from './namespaces.ts';

const host = host2;
const endpoint = sshEndpoint(host);
const NET = 'edited-net';
const GUEST = 'edited-guest';

let opened: Connection | undefined;
const ops = () => opened?.network as Required<NetworkOps>;
const make = (spec: Partial<NetworkSpec> = {}) =>
  ops().create(
    endpoint.name,
    { name: NET, mode: 'nat', cidr: '10.209.0.0/24', dhcp: true, device: '', domain: '', ...spec },
    patient(),
  );
const idOf = async (): Promise<NetworkId> => {
  const one = (await ops().list(endpoint.name, patient())).find(({ name }) => name === NET);
  if (!one) throw new Error(`there is no ${NET}`);
  return one.id;
};
const now = async () => ops().settings(await idOf(), patient());
const update = async (changes: Partial<NetworkSettings>, restart = false) =>
  ops().update(await idOf(), changes, {}, { restart }, patient());
const dump = (...args: readonly string[]) => virsh(host, 'net-dumpxml', NET, ...args);
const conf = () => readFile(`${host.dir}/lib/dnsmasq/${NET}.conf`, 'utf8');
const define = async (xml: string) => {
  const file = `${host.dir}/xml/${NET}.xml`;
  await writeFile(file, xml);
  await virsh(host, 'net-define', file);
};

async function tidy(): Promise<void> {
  await removeGuests(host, GUEST);
  for (const verb of ['net-destroy', 'net-undefine']) await virsh(host, verb, NET).catch(() => undefined);
}
beforeAll(async () => {
  opened = await connectTo(endpoint);
});
beforeEach(tidy);
afterAll(async () => {
  await opened?.close();
  await tidy();
});

it('F-270 F-402 hands other addresses out at once, none, and some again; no link is lost', async () => {
  await make({ dualCidr: 'fd00:209::/64' });
  const before = await dump();
  expect(await update({ range: '10.209.0.50-10.209.0.59, 10.209.0.70-10.209.0.79' })).toEqual({ warnings: [] });
  const two = ["<range start='10.209.0.50' end='10.209.0.59'/>", "<range start='10.209.0.70' end='10.209.0.79'/>"];
  for (const half of [await dump(), await dump('--inactive')])
    for (const range of [...two, "<range start='fd00:209::2'"]) expect(half).toContain(range);
  expect(await conf()).toContain('dhcp-range=10.209.0.50,10.209.0.59');
  expect(await update({ dhcp: false })).toEqual({ warnings: [] });
  for (const half of [await dump(), await dump('--inactive')]) expect(half).not.toContain('dhcp');
  expect(await conf()).not.toContain('dhcp-range=10.');
  expect((await now()).settings).toMatchObject({ dhcp: false, range: '' });
  await update({ dhcp: true });
  expect(await dump()).toBe(before);
});

it('F-270 F-402 saves what needs a restart, says so, and names the VMs that lose their link by it', async () => {
  await make({ domain: 'one.test' });
  await makeFreshGuests(host, GUEST);
  await virsh(host, 'detach-interface', GUEST, 'network', '--config');
  await virsh(host, 'attach-interface', GUEST, 'network', NET, '--model', 'virtio', '--config');
  expect(await now()).toMatchObject({ users: [], atRestart: expect.arrayContaining(['mode', 'domain', 'mtu']) });
  await virsh(host, 'start', GUEST, '--paused');
  const changes = { mode: 'routed', domain: 'two.test', mtu: 1400, forwarders: ['9.9.9.9', '2620:fe::fe'] } as const;
  const { warnings } = await update(changes);
  expect(warnings).toEqual([
    { feature: 'network.update', detail: `mode, domain, MTU, forwarders: from the next start of ${NET} on` },
  ]);
  expect(await dump()).toContain("<domain name='one.test'");
  const saved = await dump('--inactive');
  for (const words of ["mode='route'", "name='two.test'", "<mtu size='1400'/>", "addr='2620:fe::fe'"])
    expect(saved).toContain(words);
  expect(await now()).toMatchObject({ settings: changes, users: [GUEST] });

  const restarted = await update({ domain: 'three.test' }, true);
  expect(restarted.warnings).toMatchObject([{ detail: expect.stringContaining(`plugged in again: ${GUEST}`) }]);
  expect(await dump()).toContain("<domain name='three.test'");
  expect(await conf()).toContain('server=9.9.9.9');
  const [, bridge = ''] = /<bridge name='(\w+)'/.exec(await dump()) ?? [];
  expect(await inHost(host, 'ip', 'link', 'show', bridge)).toContain(' mtu 1400 ');
  // the tap of the guest is left without a bridge: that is what was said
  expect(await inHost(host, 'ip', '-br', 'link', 'show', 'master', bridge)).toBe('');
  await update({ mode: 'isolated' });
  await update({ mode: 'open', mtu: null, domain: '', forwarders: [] }, true);
  const open = await dump();
  expect(open).toContain("<forward mode='open'/>");
  for (const gone of ['<domain', '<mtu', '<dns']) expect(open).not.toContain(gone);
});

it('F-268 F-270 F-383 is of a plan as kcli keeps it, which the list shows at once, and starts with its host or not', async () => {
  await make({ plan: 'first' });
  const listed = async () => (await ops().list(endpoint.name, patient())).find(({ name }) => name === NET)?.plan;
  expect([await listed(), (await now()).settings.autostart]).toEqual(['first', true]);
  expect(await dump()).toMatch(/<kvirt:info xmlns:kvirt="kvirt">\s*<kvirt:plan>first<\/kvirt:plan>/);
  expect(await update({ plan: 'second & last', autostart: false })).toEqual({ warnings: [] });
  expect(await listed()).toBe('second & last');
  expect(await virsh(host, 'net-info', NET)).toMatch(/Autostart:\s+no/);
  await update({ plan: '' });
  expect(await listed()).toBeUndefined();
});

it('F-270 leaves all else of a network as it was written', async () => {
  const options = "<dnsmasq:options>\n    <dnsmasq:option value='cname=a,b'/>\n  </dnsmasq:options>";
  await define(
    `<network xmlns:dnsmasq='http://libvirt.org/schemas/network/dnsmasq/1.0'><name>${NET}</name><metadata><x:y xmlns:x="http://x.test"/></metadata>
    <forward mode='nat'><nat><port start='2000' end='3000'/></nat></forward><domain name='a.test' localOnly='yes'/>
    <dns><forwarder domain='x.test' addr='9.9.9.9'/><forwarder addr='9.9.9.10'/><host ip='10.209.0.7'><hostname>n</hostname></host></dns>
    <ip address='10.209.0.1' netmask='255.255.255.0'><dhcp><range start='10.209.0.10' end='10.209.0.20'><lease expiry='1' unit='hours'/></range><host mac='52:54:00:0e:0e:aa' ip='10.209.0.12'/></dhcp></ip>
    <portgroup name='p' default='yes'/>${options}</network>`,
  );
  const before = await dump('--inactive');
  await update({ domain: 'b.test', forwarders: ['9.9.9.11'], range: '10.209.0.30-10.209.0.40', plan: 'p' });
  const after = await dump('--inactive');
  const expected = before
    .replace("name='a.test'", "name='b.test'")
    .replace('9.9.9.10', '9.9.9.11')
    .replace("start='10.209.0.10' end='10.209.0.20'", "start='10.209.0.30' end='10.209.0.40'");
  const lines = (text: string) =>
    text
      .split('\n')
      .map((line) => line.trim())
      .toSorted();
  const plan = /<kvirt:info xmlns:kvirt="kvirt">\s*<kvirt:plan>p<\/kvirt:plan>\s*<\/kvirt:info>/;
  expect(after).toMatch(plan);
  expect(lines(after.replace(plan, '')).filter(Boolean)).toEqual(lines(expected).filter(Boolean));
  await expect(update({ dhcp: false })).rejects.toMatchObject({
    code: 'op.refused',
    message: `${NET}: it keeps an address for NICs, which DHCP gives`,
  });
  await run(['virt-xml-validate', `${host.dir}/xml/${NET}.xml`, 'network']);
});

it('F-270 is as it was before when it does not start with the change, and says why', async () => {
  await make({ domain: 'one.test' });
  const before = [await dump(), await dump('--inactive')];
  const real = `${host.dir}/run/dnsmasq`;
  const picky = `#!/bin/sh\ncase "$*" in *--conf-file=*) grep -q two.test ${host.dir}/lib/dnsmasq/${NET}.conf && { echo "no two.test here" >&2; exit 3; };; esac\nexec ${real} "$@"\n`;
  await writeFile(`${host.dir}/run/picky`, picky, { mode: 0o755 });
  await inHost(host, 'sh', '-c', `cp /usr/sbin/dnsmasq ${real}; mount --bind ${host.dir}/run/picky /usr/sbin/dnsmasq`);
  try {
    await expect(update({ domain: 'two.test', autostart: false }, true)).rejects.toMatchObject({
      message: expect.stringContaining('no two.test here'),
    });
  } finally {
    await inHost(host, 'sh', '-c', `umount /usr/sbin/dnsmasq; rm ${real} ${host.dir}/run/picky`);
  }
  expect([await dump(), await dump('--inactive')]).toEqual(before);
  expect(await virsh(host, 'net-info', NET)).toMatch(/Active:\s+yes\s+Persistent:\s+yes\s+Autostart:\s+yes/);
  await expect(update({ mtu: 10 })).rejects.toMatchObject({ code: 'op.refused' });
  expect(await dump('--inactive')).toBe(before[1]);
});
