import { expect, it } from 'vitest';
import { VIR_ERR } from '../rpc/errors.ts';
import { procedures } from '../rpc/protocol.ts';
import { createScriptedClient, libvirtNo } from '../testkit/scripted-client.ts';
import type { NicXml } from '../xml/domain-xml.ts';
import { nicAddresses } from './nic-addresses.ts';

const network = (forward: string) =>
  `<network>${forward}<ip address='192.168.122.1' netmask='255.255.255.0'/><ip family='ipv6' address='fd00::1' prefix='64'/></network>`;
const NETWORKS: Readonly<Record<string, string>> = {
  default: network("<forward mode='nat'/>"),
  lonely: network(''),
  lan: "<network><forward mode='bridge'/><bridge name='br0'/></network>",
};

function setUp() {
  const { client, answer } = createScriptedClient();
  const uuid = Buffer.alloc(16);
  answer(procedures.networkByName, ({ name }) => {
    if (NETWORKS[name] === undefined) throw libvirtNo(VIR_ERR.noNetwork);
    return { name, uuid };
  });
  answer(procedures.networkXml, ({ network: { name } }) => NETWORKS[name] ?? '');
  return { client, signal: new AbortController().signal };
}

const nic = (name: string | undefined): NicXml => ({
  mac: '52:54:00:AA:00:01',
  type: 'network',
  source: name ?? 'br0',
  network: name,
  model: 'virtio',
});
const lease = (address: string, prefix?: number) =>
  ({ address, source: 'lease', mac: '52:54:00:aa:00:01', ...(prefix !== undefined && { prefix }) }) as const;

it.each([
  ['default', lease('192.168.122.9', 24), { mask: '255.255.255.0', gateway: '192.168.122.1' }],
  ['default', lease('fd00::9', 64), { mask: '64', gateway: 'fd00::1' }],
  ['default', lease('10.1.1.9', 20), { mask: '255.255.240.0' }],
  ['default', lease('192.168.122.9'), { gateway: '192.168.122.1' }],
  ['lonely', lease('192.168.122.9', 24), { mask: '255.255.255.0' }],
  ['lan', lease('172.16.0.9', 32), { mask: '255.255.255.255' }],
  ['gone', lease('192.168.122.9', 0), { mask: '0.0.0.0' }],
  [undefined, lease('192.168.1.9', 24), { mask: '255.255.255.0' }],
])('F-418 F-419 in the network %s a card with %j has the mask and gateway %j', async (name, found, expected) => {
  const other = { address: '10.9.9.9', source: 'agent', mac: '52:54:00:aa:00:02', prefix: 8 } as const;
  expect(await nicAddresses(setUp(), [nic(name)], [found, other])).toEqual([{ ips: [found.address], ...expected }]);
});

it('says nothing of a card that no address is known of', async () => {
  expect(await nicAddresses(setUp(), [nic('default')], [{ address: '10.0.0.1', source: 'static' }])).toEqual([{}]);
});
