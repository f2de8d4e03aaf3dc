/** Networks of Open vSwitch, with VLANs: as virsh and the switch itself show them. It runs without a module of the kernel. */
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Connection, NetworkOps, NetworkSpec } from '../../../src/platforms/contract.ts';
import { writeNetworkXml } from '../../../src/platforms/kvm/network/write-network.ts';
import { run } from '../command.ts';
import { makeFreshGuests } from './fresh-guests.ts';
import { host3, removeGuests, virsh } from './hosts.ts';
import { sshEndpoint } from './kvm-testkit.ts';
import { connectTo, patient } from './kvm-watching.ts';
import { inHost } from './namespaces.ts';

const host = host3;
const endpoint = sshEndpoint(host);
const NET = 'switched-net';
const GUEST = 'switched-guest';
const BRIDGE = 'switch0';
const RUN = '/run/openvswitch';

const START = `set -e; mkdir -p ${RUN}
ovsdb-tool create ${RUN}/conf.db /usr/share/openvswitch/vswitch.ovsschema
ovsdb-server ${RUN}/conf.db --remote=punix:${RUN}/db.sock --pidfile --detach --log-file=${RUN}/db.log
ovs-vsctl --no-wait init
ovs-vswitchd unix:${RUN}/db.sock --pidfile --detach --log-file=${RUN}/vswitchd.log
ovs-vsctl --timeout=20 add-br ${BRIDGE} -- set bridge ${BRIDGE} datapath_type=netdev`;
const STOP = `ovs-vsctl --timeout=5 del-br ${BRIDGE}
for one in ovs-vswitchd ovsdb-server; do kill $(cat ${RUN}/$one.pid); done; rm -rf ${RUN}; true`;

let opened: Connection | undefined;
const ops = () => opened?.network as Required<NetworkOps>;
const spec = (more: Partial<NetworkSpec>): NetworkSpec => ({
  ...{ name: NET, mode: 'bridge', cidr: '', dhcp: false, device: BRIDGE, domain: '', openvswitch: true },
  ...more,
});

async function tidy(): Promise<void> {
  await removeGuests(host, GUEST);
  for (const verb of ['net-destroy', 'net-undefine']) await virsh(host, verb, NET).catch(() => undefined);
}
beforeAll(async () => {
  await inHost(host, 'sh', '-c', START);
  opened = await connectTo(endpoint);
});
beforeEach(tidy);
afterAll(async () => {
  await opened?.close();
  await tidy();
  await inHost(host, 'sh', '-c', STOP);
});

/** A NIC of the guest, plugged into the network, or one of its port groups. */
async function plugIn(mac: string, portGroup?: string): Promise<void> {
  const file = `${host.dir}/xml/${NET}-nic.xml`;
  const group = portGroup === undefined ? '' : ` portgroup='${portGroup}'`;
  const source = `<source network='${NET}'${group}/>`;
  await writeFile(file, `<interface type='network'><mac address='${mac}'/>${source}<model type='virtio'/></interface>`);
  await virsh(host, 'attach-device', GUEST, file, '--config');
}

/** What the switch has of the port of a NIC. */
async function port(mac: string): Promise<string> {
  const said = await virsh(host, 'domiflist', GUEST);
  const [tap = ''] =
    said
      .split('\n')
      .find((line) => line.includes(mac))
      ?.trim()
      .split(/\s+/) ?? [];
  return (await inHost(host, 'ovs-vsctl', '--timeout=5', 'get', 'port', tap, 'tag', 'trunks')).replaceAll('\n', ' ');
}

it.each<readonly [Partial<NetworkSpec>, object, readonly (readonly [string | undefined, string])[]]>([
  [{}, { vlan: undefined }, [[undefined, '[] [] ']]],
  [{ vlans: [42] }, { vlan: 42 }, [[undefined, '42 [] ']]],
  [{ vlans: [42, 43] }, { vlan: undefined }, [[undefined, '[] [42, 43] ']]],
  [
    { portGroups: [10, 20], plan: 'p' },
    { vlan: undefined, plan: 'p' },
    [
      [undefined, '[] [] '],
      ['vlan-20', '20 [] '],
    ],
  ],
])('F-268 F-380 a bridge of Open vSwitch has the VLANs %j, and guests get their ports', async (more, listed, nics) => {
  await ops().create(endpoint.name, spec(more), patient());
  const all = await ops().list(endpoint.name, patient());
  const row = all.find(({ name }) => name === NET);
  expect(row).toMatchObject({ ...listed, mode: 'bridge', device: BRIDGE, active: true });
  const file = `${host.dir}/xml/${NET}.xml`;
  await writeFile(file, writeNetworkXml(spec(more), []));
  await run(['virt-xml-validate', file, 'network']);
  await makeFreshGuests(host, GUEST);
  await virsh(host, 'detach-interface', GUEST, 'network', '--config');
  const macs = nics.map((_, at) => `52:54:00:0e:0d:0${at}`);
  for (const [at, [group]] of nics.entries()) await plugIn(macs[at] ?? '', group);
  await virsh(host, 'start', GUEST, '--paused');
  for (const [at, [, seen]] of nics.entries()) expect(await port(macs[at] ?? '')).toBe(seen);
  await expect(ops().delete(row?.id as never, patient())).rejects.toMatchObject({
    message: `${NET} is used by ${GUEST}`,
  });
});

it('is refused where the host has no such bridge', async () => {
  await expect(ops().create(endpoint.name, spec({ device: 'switch9' }), patient())).rejects.toMatchObject({
    code: 'op.refused',
    message: 'the device switch9: the host has no interface of this name',
  });
});
