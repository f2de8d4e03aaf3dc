import { describe, expect, it } from 'vitest';
import { cidrOf, cidrText } from '../../lib/cidr.ts';
import { onHost } from '../host/host-call.ts';
import { ENDPOINT, hostOfLists, uuidOf } from '../testkit/scripted-host.ts';
import { readNetworkXml } from './network-xml.ts';
import { readNetworks } from './networks.ts';

const network = (more: string) => `<network>${more}</network>`;

it('lists networks, active or not, and keeps one that can not be read', async () => {
  const { host, signal, came } = hostOfLists({
    networks: {
      lan: network(
        "<forward mode='nat'/><bridge name='virbr0'/><mtu size='9000'/><domain name='lan.test'/><ip address='10.0.0.1' prefix='24'><dhcp/></ip>",
      ),
      broken: '<html/>',
    },
    inactive: ['lan'],
  });
  const none = { vlan: undefined, mtu: undefined, domain: undefined, device: undefined, dhcp: undefined };
  expect(await onHost(host, ENDPOINT, signal, (call) => readNetworks(host, call))).toEqual([
    {
      ...none,
      id: `a/${uuidOf(2)}`,
      name: 'broken',
      type: 'unknown',
      mode: undefined,
      node: 'a/node',
      active: true,
      cidrs: [],
      trouble: { message: '<html> is not a network', since: 7 },
    },
    {
      id: `a/${uuidOf(1)}`,
      name: 'lan',
      type: 'nat',
      mode: 'nat',
      node: 'a/node',
      active: false,
      cidrs: ['10.0.0.0/24'],
      dhcp: true,
      device: 'virbr0',
      vlan: undefined,
      mtu: 9000,
      domain: 'lan.test',
    },
  ]);
  expect(came).toHaveLength(5);
});

describe('a network', () => {
  it.each([
    ['', 'isolated', 'isolated', false],
    ['<forward/>', 'nat', 'nat', false],
    ["<forward mode='route'/><ip address='10.0.0.1' prefix='8'><dhcp/></ip>", 'route', 'routed', true],
    ["<forward mode='open'/>", 'open', 'open', false],
    ["<forward mode='bridge'/><bridge name='br0'/>", 'bridge', 'bridge', undefined],
    ["<forward mode='bridge'><interface dev='eth0'/></forward>", 'bridge', 'macvtap', undefined],
    ["<forward mode='vepa' dev='eth0'/>", 'vepa', 'macvtap', undefined],
    ["<forward mode='private'/>", 'private', 'macvtap', undefined],
    ["<forward mode='passthrough'/>", 'passthrough', 'macvtap', undefined],
    ["<forward mode='hostdev'/>", 'hostdev', undefined, undefined],
    ["<forward mode='constructor'/>", 'constructor', undefined, undefined],
  ])('%s is %s', async (more, type, mode, dhcp) => {
    expect(await readNetworkXml(network(more))).toMatchObject({ type, mode, dhcp });
  });
  it.each([
    ["address='192.168.122.1' netmask='255.255.255.0'", '192.168.122.0/24'],
    ["address='10.1.2.3' prefix='30'", '10.1.2.0/30'],
    ["address='9.1.2.3'", '9.0.0.0/8'],
    ["address='172.20.0.1'", '172.20.0.0/16'],
    ["address='192.168.5.1'", '192.168.5.0/24'],
    ["family='ipv6' address='fd00:7::1' prefix='48'", 'fd00:7::/48'],
    ["family='ipv6' address='fd00:7::1'", 'fd00:7::/64'],
    ["family='ipv6' address='2001:db8:1:2:3:4:5:6' prefix='128'", '2001:db8:1:2:3:4:5:6/128'],
    ["address='10.0.0.1' netmask='255.0.255.0'", undefined],
    ["address='10.0.0.1' prefix='33'", undefined],
    ["address='10.0.0.1' prefix='-1'", '10.0.0.0/8'],
    ["address='nowhere' prefix='24'", undefined],
    ["address='240.0.0.1'", undefined],
    ['', undefined],
  ])('with %s has %s', async (ip, cidr) => {
    expect((await readNetworkXml(network(`<ip ${ip}/>`))).cidrs).toEqual(cidr === undefined ? [] : [cidr]);
  });
  it.each([
    ["<vlan><tag id='42'/></vlan>", { vlan: 42 }],
    ["<vlan trunk='yes'><tag id='42'/><tag id='43'/></vlan>", { vlan: undefined }],
    ["<vlan><tag id='many'/></vlan>", { vlan: undefined }],
    ["<mtu size='-1'/>", { mtu: undefined }],
    ["<forward mode='bridge'><interface dev='eth1'/></forward>", { device: 'eth1' }],
    ["<forward mode='nat' dev='eth0'/><bridge name='virbr1'/>", { device: 'virbr1' }],
  ])('with %s is %j', async (more, what) => {
    expect(await readNetworkXml(network(more))).toMatchObject(what);
  });
});

it.each([
  ['0.0.0.0', 0, '0.0.0.0/0'],
  ['255.255.255.255', 32, '255.255.255.255/32'],
  ['::', 0, '::/0'],
  ['::ffff:1.2.3.4', 112, '::ffff:102:0/112'],
  ['fe80::1', 10, 'fe80::/10'],
])('cuts the network out of %s/%i', (address, length, text) => {
  const cidr = cidrOf(address, length);
  expect(cidr && cidrText(cidr)).toBe(text);
});
