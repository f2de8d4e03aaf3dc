/** Networks of every kind, their addresses and names: as virsh, the network's own dnsmasq and booted guests see them. */
import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type {
  Connection,
  DnsOps,
  DnsRecord,
  Lease,
  LeaseOps,
  NetworkOps,
  NetworkSpec,
  NicOps,
  VmOps,
} from '../../../src/platforms/contract.ts';
import { writeNetworkXml } from '../../../src/platforms/kvm/network/write-network.ts';
import { run } from '../command.ts';
import { until } from '../until.ts';
import { makeFreshGuests } from './fresh-guests.ts';
import { host2, removeGuests, virsh } from './hosts.ts';
import { idOfGuest, sshEndpoint } from './kvm-testkit.ts';
import { connectTo, patient } from './kvm-watching.ts';
import { inHost } from './namespaces.ts';

const host = host2;
const endpoint = sshEndpoint(host);
const NET = 'networks-net';
const BRIDGE = 'networksbr0';
const [FREE, KEPT] = ['networks-free', 'networks-kept'];
const KEPT_MAC = '52:54:00:0e:0e:01';
const SERVER = '10.208.0.1';

let opened: Connection | undefined;
const ops = () =>
  opened as unknown as {
    network: Required<NetworkOps>;
    lease: Required<LeaseOps>;
    dns: Required<DnsOps>;
    nic: Required<NicOps>;
    vm: Required<VmOps>;
  };
const USUAL: NetworkSpec = { name: NET, mode: 'nat', cidr: '10.208.0.0/24', dhcp: true, device: '', domain: '' };
const make = (spec: Partial<NetworkSpec> = {}) => ops().network.create(endpoint.name, { ...USUAL, ...spec }, patient());
const dump = (...args: readonly string[]) => virsh(host, 'net-dumpxml', NET, ...args);
/** As it runs, and as it is saved. */
const halves = async () => [await dump(), await dump('--inactive')] as const;
const leases = async (): Promise<readonly Lease[]> =>
  (await ops().lease.list(endpoint.name, patient())).filter(({ network }) => network === NET);
const records = async (): Promise<readonly DnsRecord[]> =>
  (await ops().dns.list(endpoint.name, patient())).filter(({ zone }) => zone === NET);
const reserve = (ip: string, mac: string, name: string) =>
  ops().lease.create(endpoint.name, { network: NET, ip, mac, name }, patient());
const enter = (name: string, type: string, data: string) =>
  ops().dns.create(endpoint.name, { zone: NET, name, type, data }, patient());
async function remove(kind: 'lease' | 'dns', of: string): Promise<void> {
  const all = kind === 'lease' ? await leases() : await records();
  const one = all.find((each) => ('ip' in each ? each.ip : `${each.name} ${each.type} ${each.data}`) === of);
  if (!one) throw new Error(`there is no ${kind} ${of} among ${JSON.stringify(all)}`);
  await ops()[kind].delete(one.id as never, patient());
}
/** What the network's dnsmasq answers, a line for each record; empty where it knows none. */
const ask = async (type: string, name: string): Promise<readonly string[]> => {
  const said = await inHost(host, 'busybox', 'nslookup', `-type=${type}`, name, SERVER).catch(() => '');
  const answers = said.split('\n').slice(2).join('\n');
  return [...answers.matchAll(/(?:^Address: |text = |service = )(.+)$/gm)].map(([, data = '']) => data);
};
const dnsmasqFile = (kind: string) => readFile(`${host.dir}/lib/dnsmasq/${NET}.${kind}`, 'utf8');

/** The one NIC of a guest that is off, in the network. */
async function plugIn(guest: string, mac: string): Promise<void> {
  await virsh(host, 'detach-interface', guest, 'network', '--config');
  await virsh(host, 'attach-interface', guest, 'network', NET, '--mac', mac, '--model', 'virtio', '--config');
}

async function tidy(): Promise<void> {
  await removeGuests(host, FREE, KEPT);
  for (const verb of ['net-destroy', 'net-undefine']) await virsh(host, verb, NET).catch(() => undefined);
}
beforeAll(async () => {
  opened = await connectTo(endpoint);
  await inHost(host, 'sh', '-c', `ip link add ${BRIDGE} type bridge 2>/dev/null; mkdir -p /var/lib/libvirt/tftp`);
});
beforeEach(tidy);
afterAll(async () => {
  await opened?.close();
  await tidy();
  await inHost(host, 'sh', '-c', `ip link del ${BRIDGE}; rmdir /var/lib/libvirt/tftp; true`);
});

describe('a network that is made', () => {
  const IPV4 = "<ip family='ipv4' address='10.208.0.1' prefix='24'>";
  const IPV6 = "<ip family='ipv6' address='fd00:208::1' prefix='64'>";
  it.each<readonly [Partial<NetworkSpec>, readonly string[], object]>([
    [
      { device: 'eth0', dualCidr: 'fd00:208::/64', domain: 'networks.test' },
      ["<forward dev='eth0' mode='nat'>", "<nat ipv6='yes'>", "name='networks.test' localOnly='no'", IPV4, IPV6],
      { mode: 'nat', cidrs: ['10.208.0.0/24', 'fd00:208::/64'], dhcp: true, domain: 'networks.test' },
    ],
    [
      { mode: 'routed', device: 'eth0', cidr: 'fd00:208::/64', dualCidr: '10.208.0.0/24', dhcp: false },
      ["<forward dev='eth0' mode='route'>", IPV6, IPV4],
      { mode: 'routed', cidrs: ['fd00:208::/64', '10.208.0.0/24'], dhcp: false },
    ],
    [
      { mode: 'open', range: '10.208.0.50-10.208.0.60', mtu: 1400, forwarders: ['9.9.9.9', '2620:fe::fe'] },
      [
        "mode='open'",
        "<range start='10.208.0.50' end='10.208.0.60'/>",
        "<mtu size='1400'/>",
        "<forwarder addr='9.9.9.9'/>",
      ],
      { mode: 'open', mtu: 1400, dhcp: true },
    ],
    [
      {
        mode: 'isolated',
        dualCidr: 'fd00:208::/64',
        range: 'fd00:208::50-fd00:208::60',
        boot: 'pxelinux.0@10.208.0.5',
      },
      [
        "start='fd00:208::50' end='fd00:208::60'",
        "start='10.208.0.2'",
        "<bootp file='pxelinux.0' server='10.208.0.5'/>",
      ],
      { mode: 'isolated', dhcp: true },
    ],
    [
      { mode: 'isolated', boot: '/var/lib/libvirt/tftp/ipxe.efi', autostart: false },
      ["<tftp root='/var/lib/libvirt/tftp'/>", "<bootp file='ipxe.efi'/>"],
      { mode: 'isolated' },
    ],
    [
      { mode: 'bridge', device: BRIDGE, cidr: '', dhcp: false },
      ["<forward mode='bridge'/>", `<bridge name='${BRIDGE}'/>`],
      { mode: 'bridge', device: BRIDGE, cidrs: [], dhcp: undefined },
    ],
    [
      { mode: 'macvtap', device: 'eth0', cidr: '', dhcp: false },
      ["<forward dev='eth0' mode='bridge'>", "<interface dev='eth0'/>"],
      { mode: 'macvtap', device: 'eth0', cidrs: [], dhcp: undefined },
    ],
  ])('F-268 F-380 is as libvirt takes it, active, and starts with its host: %j', async (spec, said, listed) => {
    await make(spec);
    const isAuto = spec.autostart === false ? 'no' : 'yes';
    expect(await virsh(host, 'net-info', NET)).toMatch(
      new RegExp(`Active:\\s+yes\\s+Persistent:\\s+yes\\s+Autostart:\\s+${isAuto}`),
    );
    const xml = await dump();
    for (const words of said) expect(xml).toContain(words);
    const all = await ops().network.list(endpoint.name, patient());
    expect(all.find(({ name }) => name === NET)).toMatchObject({ ...listed, active: true });
    const file = `${host.dir}/xml/${NET}.xml`;
    await writeFile(file, writeNetworkXml({ ...USUAL, ...spec }, []));
    // the schema has absolute paths of files alone, libvirt takes others
    if (spec.boot?.includes('@') !== true) await run(['virt-xml-validate', file, 'network']);
  });

  it('F-268 F-380 has rates as libvirt takes and shows them', async () => {
    const file = `${host.dir}/xml/${NET}.xml`;
    const rates = {
      inbound: { average: 1000, peak: 5000, burst: 5120 },
      outbound: { average: 128, peak: undefined, burst: undefined },
    };
    // Defined alone: to start it the kernel must have the queues that libvirt asks tc for (htb, sfq), and not every one has.
    await writeFile(file, writeNetworkXml({ ...USUAL, ...rates }, []));
    await virsh(host, 'net-define', file, '--validate');
    const xml = await dump();
    for (const words of ["<inbound average='1000' peak='5000' burst='5120'/>", "<outbound average='128'/>"])
      expect(xml).toContain(words);
  });

  it('has an MTU, asks its forwarders, and hands out its boot file', async () => {
    const folder = '/var/lib/libvirt/tftp';
    await make({ mtu: 1400, forwarders: ['9.9.9.9'], boot: `${folder}/ipxe.efi` });
    const [, bridge = ''] = /<bridge name='(\w+)'/.exec(await dump()) ?? [];
    expect(await inHost(host, 'ip', 'link', 'show', bridge)).toContain(' mtu 1400 ');
    const conf = await dnsmasqFile('conf');
    for (const line of ['server=9.9.9.9', 'dhcp-boot=ipxe.efi', 'dhcp-option=option:mtu,1400'])
      expect(conf).toContain(line);
    await inHost(host, 'sh', '-c', `echo hello > ${folder}/ipxe.efi`);
    const got = await inHost(host, 'busybox', 'tftp', '-g', '-r', 'ipxe.efi', '-l', '-', SERVER);
    await inHost(host, 'rm', `${folder}/ipxe.efi`);
    expect(got).toBe('hello\n');
  });

  it('leaves nothing where libvirt or the host refuses it, and says why in their words', async () => {
    for (const device of ['eth0', 'none0'])
      await expect(make({ mode: 'bridge', device, cidr: '', dhcp: false })).rejects.toMatchObject({
        code: 'op.refused',
        message: expect.stringContaining(`the device ${device}`),
      });
    await expect(make({ device: 'none0' })).rejects.toMatchObject({ code: 'op.refused' });
    const own = `${host.address.split('.').slice(0, 3).join('.')}.0/24`;
    await expect(make({ dualCidr: own, cidr: 'fd00:208::/64' })).rejects.toMatchObject({
      message: expect.stringContaining('already in use'),
    });
    await expect(make({ boot: '/no/such/folder/file' })).rejects.toMatchObject({
      message: expect.stringMatching(/dnsmasq|directory/i),
    });
    expect(await virsh(host, 'net-list', '--all', '--name')).not.toContain(NET);
  });
});

it.each<readonly [Partial<NetworkSpec>]>([
  [{}],
  [{ mode: 'bridge', device: BRIDGE, cidr: '', dhcp: false }],
  [{ mode: 'macvtap', device: 'eth0', cidr: '', dhcp: false }],
])(
  'F-274 F-275 F-388 VMs have the NICs that virsh says, off or running, and the network names its VMs: %j',
  async (spec) => {
    await make(spec);
    await makeFreshGuests(host, FREE, KEPT);
    await plugIn(FREE, '52:54:00:0e:0e:02');
    await plugIn(KEPT, KEPT_MAC);
    await virsh(host, 'start', KEPT, '--paused');
    const inside: string[] = [];
    for (const guest of (await virsh(host, 'list', '--all', '--name')).split('\n').filter(Boolean)) {
      const said = (await virsh(host, 'domiflist', guest)).split('\n').flatMap((line) => {
        const [, , net, type, mac] = line.trim().split(/\s+/);
        return mac === undefined ? [] : [{ net, type, mac }];
      });
      const nics = await ops().nic.list(await idOfGuest(host, endpoint, guest), patient());
      expect(nics.map(({ net, type, mac }) => ({ net, type, mac }))).toEqual(said);
      if (nics.some(({ net }) => net === NET)) inside.push(guest);
    }
    expect(inside.toSorted()).toEqual([FREE, KEPT]);
    const id = (await ops().network.list(endpoint.name, patient())).find(({ name }) => name === NET)?.id as never;
    expect((await ops().network.planDelete(id, patient())).refused).toBe(`${NET} is used by ${FREE}, ${KEPT}`);
    // what runs has it still
    for (const [guest, mac] of [
      [FREE, '52:54:00:0e:0e:02'],
      [KEPT, KEPT_MAC],
    ] as const)
      await virsh(host, 'detach-interface', guest, 'network', '--config', '--mac', mac);
    expect((await ops().network.planDelete(id, patient())).refused).toBe(`${NET} is used by ${KEPT}`);
  },
);

describe('addresses', () => {
  it('a guest gets one of the range, and another one the one that is reserved for it', async () => {
    // dnsmasq gives out no more addresses than the range has, those that are reserved included
    await make({ range: '10.208.0.50-10.208.0.51', mtu: 1400, domain: 'networks.test' });
    await makeFreshGuests(host, FREE, KEPT);
    await plugIn(FREE, '52:54:00:0e:0e:02');
    await plugIn(KEPT, KEPT_MAC);
    const { id, warnings } = await reserve('10.208.0.77', KEPT_MAC.toUpperCase(), KEPT);
    expect([id, warnings]).toEqual([`${endpoint.name}/${NET}/10.208.0.77`, []]);
    for (const half of await halves())
      expect(half).toContain(`<host mac='${KEPT_MAC}' name='${KEPT}' ip='10.208.0.77'/>`);
    expect(await leases()).toEqual([
      expect.objectContaining({ id, name: KEPT, ip: '10.208.0.77', mac: KEPT_MAC, reserved: true, until: undefined }),
    ]);
    for (const guest of [FREE, KEPT]) await virsh(host, 'start', guest);
    const both = await until('both have an address', 40_000, async () => {
      const now = await leases();
      return now.filter(({ until: end }) => end !== undefined).length === 2 ? now : undefined;
    });
    expect(both.map(({ ip, name, reserved }) => [ip, name, reserved])).toEqual([
      [expect.stringMatching(/^10\.208\.0\.5[01]$/), FREE, false],
      ['10.208.0.77', KEPT, true],
    ]);
    for (const { until: end = 0 } of both) expect(end).toBeGreaterThan(Date.now());
    expect(await virsh(host, 'net-dhcp-leases', NET)).toContain('10.208.0.77/24');
    await remove('lease', '10.208.0.77');
    for (const half of await halves()) expect(half).not.toContain(KEPT_MAC);
    expect(await dnsmasqFile('hostsfile')).not.toContain(KEPT_MAC);
    expect((await leases()).find(({ ip }) => ip === '10.208.0.77')).toMatchObject({ reserved: false });
    await expect(remove('lease', '10.208.0.77')).rejects.toMatchObject({ code: 'op.refused' });
  });

  it('are not reserved twice, nor outside of the network', async () => {
    await make({ dualCidr: 'fd00:208::/64' });
    await reserve('10.208.0.77', KEPT_MAC, 'one');
    await reserve('FD00:208:0::77', '', 'six');
    expect((await leases()).map(({ ip, name }) => [ip, name])).toEqual([
      ['10.208.0.77', 'one'],
      ['fd00:208::77', 'six'],
    ]);
    expect(await dnsmasqFile('hostsfile')).toBe(`${KEPT_MAC},10.208.0.77,one\nsix,[fd00:208::77]\n`);
    for (const [ip, mac, name, code] of [
      ['10.208.0.77', '52:54:00:0e:0e:03', 'two', 'op.conflict'],
      ['10.208.0.78', KEPT_MAC, 'two', 'op.conflict'],
      ['10.208.0.78', '52:54:00:0e:0e:03', 'one', 'op.conflict'],
      ['10.209.0.5', '52:54:00:0e:0e:03', '', 'op.refused'],
      [SERVER, '52:54:00:0e:0e:03', '', 'op.refused'],
      ['fd00:208::5', '52:54:00:0e:0e:03', 'x', 'op.refused'],
    ] as const)
      await expect(reserve(ip, mac, name), `${ip} ${mac} ${name}`).rejects.toMatchObject({ code });
    await remove('lease', 'fd00:208::77');
    expect((await leases()).map(({ ip }) => ip)).toEqual(['10.208.0.77']);
  });

  it('are reserved in what is saved alone while the network does not run', async () => {
    await make();
    await virsh(host, 'net-destroy', NET);
    await reserve('10.208.0.77', KEPT_MAC, '');
    expect(await dump('--inactive')).toContain(`<host mac='${KEPT_MAC}' ip='10.208.0.77'/>`);
    expect(await leases()).toMatchObject([{ ip: '10.208.0.77', name: '10.208.0.77', reserved: true }]);
    await remove('lease', '10.208.0.77');
    expect(await leases()).toEqual([]);
  });
});

describe('names', () => {
  it('F-306 F-400 are answered at once, several of one address too, until they are deleted one by one', async () => {
    await make({ dualCidr: 'fd00:208::/64' });
    const { id } = await enter('web1', 'A', '10.208.0.5');
    expect(id).toBe(`${endpoint.name}/${NET}/A/web1/10.208.0.5`);
    await enter('web1.example.test', 'A', '10.208.0.5');
    await enter('web1', 'AAAA', 'fd00:208:0::5');
    await enter('note.example.test', 'TXT', 'v=spf1 ip4:10.0.0.0/8; "it\'s" ~all'.replaceAll('"', ''));
    expect(await ask('a', 'web1')).toEqual(['10.208.0.5']);
    expect(await ask('a', 'web1.example.test')).toEqual(['10.208.0.5']);
    expect(await ask('aaaa', 'web1')).toEqual(['fd00:208::5']);
    expect(await ask('txt', 'note.example.test')).toEqual(['"v=spf1 ip4:10.0.0.0/8; it\'s ~all"']);
    await expect(enter('web1', 'A', '10.208.0.5')).rejects.toMatchObject({ code: 'op.conflict' });
    await expect(enter('note.example.test', 'TXT', 'more')).rejects.toMatchObject({ code: 'op.conflict' });
    for (const half of await halves())
      expect(half).toMatch(/<host ip='10.208.0.5'>\s*<hostname>web1<\/hostname>\s*<hostname>web1.example.test</);

    await remove('dns', 'web1 A 10.208.0.5');
    expect(await ask('a', 'web1')).toEqual([]);
    expect(await ask('a', 'web1.example.test')).toEqual(['10.208.0.5']);
    expect(await ask('aaaa', 'web1')).toEqual(['fd00:208::5']);
    await remove('dns', 'web1.example.test A 10.208.0.5');
    await remove('dns', "note.example.test TXT v=spf1 ip4:10.0.0.0/8; it's ~all");
    expect(await ask('a', 'web1.example.test')).toEqual([]);
    expect(await ask('txt', 'note.example.test')).toEqual([]);
    expect((await records()).map(({ name, type }) => `${name} ${type}`)).toEqual(['web1 AAAA']);
  });

  it('of services are listed as the name server answers them, and deleted', async () => {
    await make({ domain: 'networks.test' });
    const srv = "<srv service='ldap' protocol='tcp' target='web1.networks.test' port='389' priority='1' weight='2'/>";
    await virsh(host, 'net-update', NET, 'add-last', 'dns-srv', srv, '--live', '--config');
    const [record] = await records();
    expect(record).toMatchObject({ name: '_ldap._tcp.networks.test', type: 'SRV', data: '1 2 389 web1.networks.test' });
    expect(await ask('srv', '_ldap._tcp.networks.test')).toEqual(['1 2 389 web1.networks.test']);
    await remove('dns', '_ldap._tcp.networks.test SRV 1 2 389 web1.networks.test');
    expect(await ask('srv', '_ldap._tcp.networks.test')).toEqual([]);
  });

  it('that differ in what runs and in what is saved go from both', async () => {
    await make();
    await enter('both', 'A', '10.208.0.5');
    const saved = '<host ip="10.208.0.6"><hostname>both</hostname><hostname>late</hostname></host>';
    await virsh(host, 'net-update', NET, 'add-last', 'dns-host', saved, '--config');
    expect((await records()).map(({ name, data }) => `${name} ${data}`)).toEqual([
      'both 10.208.0.5',
      'both 10.208.0.6',
      'late 10.208.0.6',
    ]);
    await remove('dns', 'late A 10.208.0.6');
    await enter('more', 'A', '10.208.0.6');
    const [live, config] = await halves();
    expect(live).toMatch(/<host ip='10.208.0.6'>\s*<hostname>more<\/hostname>\s*<\/host>/);
    expect(config).toMatch(/<host ip='10.208.0.6'>\s*<hostname>both<\/hostname>\s*<hostname>more<\/hostname>/);
  });
});

it('F-241 a VM that is deleted takes its reservations and names along, and no others', async () => {
  await make({ domain: 'networks.test' });
  await makeFreshGuests(host, KEPT);
  await plugIn(KEPT, KEPT_MAC);
  await reserve('10.208.0.77', KEPT_MAC, KEPT);
  await reserve('10.208.0.78', '52:54:00:0e:0e:03', 'other');
  await enter('alias', 'A', '10.208.0.77');
  await enter(`${KEPT}.networks.test`, 'A', '10.208.0.9');
  await enter(KEPT, 'A', '10.208.0.78');
  await enter('other', 'A', '10.208.0.9');
  const vm = await idOfGuest(host, endpoint, KEPT);
  const own = [
    `the reservation of 10.208.0.77 in ${NET}`,
    `the DNS entry alias A 10.208.0.77 in ${NET}`,
    `the DNS entry ${KEPT}.networks.test A 10.208.0.9 in ${NET}`,
  ];
  const plan = await ops().vm.planDelete(vm, patient());
  expect(plan.goes).toEqual([expect.stringMatching(/\.qcow2$/), ...own]);
  expect(await ops().vm.delete(vm, { keepDisks: false, snapshots: false }, patient())).toEqual({ warnings: [] });
  expect((await leases()).map(({ ip }) => ip)).toEqual(['10.208.0.78']);
  expect((await records()).map(({ name, data }) => `${name} ${data}`)).toEqual(
    ['other 10.208.0.9', `${KEPT} 10.208.0.78`].toSorted(),
  );
  expect(await ask('a', 'alias')).toEqual([]);
});
