import { expect, it } from 'vitest';
import { readReport } from './host-info.ts';

/** What the script printed on a host of the lab, cut. */
const REPORT = `== kernel
Linux 6.1.0-30-cloud-amd64 x86_64
== release
"Debian GNU/Linux 12 (bookworm)"
== disks
/dev/vda                  264212084 15412792  80088472      17% /
devtmpfs                   12334492        0  12334492       0% /dev
tmpfs                      24684092        0  24684092       0% /dev/shm
== types
/ ext4
/dev devtmpfs
/mnt/a\\040b xfs
== bridges
/sys/class/net/virbr0/bridge
/sys/class/net/br1/bridge
== ports
/sys/class/net/virbr0/brif/vnet0
/sys/class/net/virbr0/brif/vnet1
== states
/sys/class/net/virbr0/bridge up
/sys/class/net/br1/bridge down
== default
default via 10.231.0.254 dev eth0
== addresses
1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever
2: eth0    inet 10.231.9.1/24 scope global eth0\\       valid_lft forever preferred_lft forever
2: eth0    inet6 fe80::5054:ff:fe12:3456/64 scope link \\       valid_lft forever preferred_lft forever
3: virbr0    inet 192.168.121.1/24 brd 192.168.121.255 scope global virbr0\\       valid_lft forever
`;

it('F-040 reads system, disks and networks of a host', () => {
  const { facts, lines } = readReport(REPORT);
  expect(lines).toEqual([
    ['General', 'System', 'Debian GNU/Linux 12 (bookworm)'],
    ['General', 'Kernel', 'Linux 6.1.0-30-cloud-amd64'],
    ['General', 'Architecture', 'x86_64'],
    ['Disks', '/', '/dev/vda, 76G free of 252G'],
    ['Networks', 'eth0', '10.231.9.1/24'],
    ['Networks', 'eth0', 'fe80::5054:ff:fe12:3456/64'],
    ['Networks', 'virbr0', '192.168.121.1/24'],
    ['Networks', 'Bridges', 'virbr0, br1'],
    ['Networks', 'Default bridge', 'br1'],
    ['Networks', 'Default route', 'eth0'],
  ]);
  expect(facts).toEqual({
    os: 'Debian GNU/Linux 12 (bookworm)',
    kernel: '6.1.0-30-cloud-amd64',
    architecture: 'x86_64',
    addresses: [
      { device: 'eth0', address: '10.231.9.1/24' },
      { device: 'eth0', address: 'fe80::5054:ff:fe12:3456/64' },
      { device: 'virbr0', address: '192.168.121.1/24' },
    ],
    storage: [{ name: '/', kind: 'filesystem', size: 264212084 * 1024, free: 80088472 * 1024 }],
    networks: ['virbr0', 'br1'],
    defaultBridge: 'br1',
  });
});

it('F-182 names the bonds of a host, with their members and how they share the work', () => {
  const bonds = `/sys/class/net/bond0/bonding 802.3ad 4 | eth0 eth1
/sys/class/net/bond1/bonding active-backup 1 | \n/sys/class/net/odd`;
  const { lines } = readReport(REPORT.replace('== default\n', `== bonds\n${bonds}\n== default\n`));
  expect(lines.filter(([, name]) => /^(bond|odd)/.test(name))).toEqual([
    ['Networks', 'bond0', 'bond of eth0, eth1, 802.3ad'],
    ['Networks', 'bond1', 'bond of no interfaces, active-backup'],
  ]);
});

it('F-040 F-105 takes for the default bridge what has the default route, or the only one that there is', () => {
  const bridgeOf = (report: string) => readReport(report).facts.defaultBridge;
  expect(bridgeOf(REPORT.replace('dev eth0', 'dev br1'))).toBe('br1');
  // Bridges of libvirt's own networks and of containers lead to no network of the site.
  const br2 = '/sys/class/net/br2/bridge\n';
  const others = '/sys/class/net/docker0/bridge\n/sys/class/net/br-0123456789ab/bridge\n';
  expect(bridgeOf(REPORT.replace('== bridges\n', `== bridges\n${others}`))).toBe('br1');
  expect(bridgeOf(REPORT.replace('/sys/class/net/br1/bridge\n', ''))).toBeUndefined();
  expect(bridgeOf(REPORT.replace('== bridges\n', `== bridges\n${br2}`))).toBeUndefined();
});

it('F-040 F-485 reads bridges with what is plugged into them, and mounts with their file systems', () => {
  const { bridges, mounts } = readReport(REPORT);
  expect(bridges).toEqual([
    { name: 'virbr0', addresses: ['192.168.121.1/24'], ports: ['vnet0', 'vnet1'], active: true },
    { name: 'br1', addresses: [], ports: [], active: false },
  ]);
  expect(mounts).toEqual([
    { path: '/', device: '/dev/vda', size: 264212084 * 1024, free: 80088472 * 1024, type: 'ext4' },
  ]);
});

it('says nothing of a host that told nothing', () => {
  const { facts } = readReport('');
  expect(facts).toEqual({ storage: [], networks: [] });
  expect(readReport('').lines.map(([, label, value]) => `${label} ${value}`)).toContain('System -');
});
