import { describe, expect, it } from 'vitest';
import { FleetError } from '../../../errors.ts';
import { networkId } from '../../../ids.ts';
import type { NetworkSpec } from '../../contract.ts';
import { VIR_ERR } from '../rpc/errors.ts';
import { procedures } from '../rpc/protocol.ts';
import { libvirtNo } from '../testkit/scripted-client.ts';
import { ENDPOINT, type HostWords, hostOfLists, uuidOf } from '../testkit/scripted-host.ts';
import { createNetworkOps } from './network-ops.ts';

const LAN = "<network><forward mode='nat'/><bridge name='virbr0'/><ip address='10.0.0.1' prefix='24'/></network>";
const ID = networkId(ENDPOINT, uuidOf(1));
const nic = (type: string, source: string) => `<interface type='${type}'><source ${type}='${source}'/></interface>`;

const OVS = { mode: 'bridge', cidr: '', dhcp: false, device: 'ovs0', openvswitch: true } as const;

function opened(words: HostWords = {}) {
  const scripted = hostOfLists({ networks: { lan: LAN }, ...words });
  const ops = createNetworkOps(scripted.host);
  const create = (spec: Partial<NetworkSpec>) =>
    ops.create(
      ENDPOINT,
      { name: 'new', mode: 'nat', cidr: '10.9.0.0/24', dhcp: true, device: '', domain: '', ...spec },
      scripted.signal,
    );
  return { ...scripted, ops, create };
}

describe('a network that is made', () => {
  it.each<readonly [Partial<NetworkSpec>, string]>([
    [
      {},
      '<forward mode="nat"/><ip family="ipv4" address="10.9.0.1" prefix="24"><dhcp><range start="10.9.0.2" end="10.9.0.254"/></dhcp></ip>',
    ],
    [{ mode: 'routed', dhcp: false }, '<forward mode="route"/><ip family="ipv4" address="10.9.0.1" prefix="24"></ip>'],
    [{ mode: 'isolated', dhcp: false }, '<ip family="ipv4" address="10.9.0.1" prefix="24"></ip>'],
    [
      { mode: 'open', dhcp: false, domain: 'lab.test' },
      '<forward mode="open"/><domain name="lab.test" localOnly="no"/><ip family="ipv4" address="10.9.0.1" prefix="24"></ip>',
    ],
    [
      { device: 'eth0', cidr: 'fd00:9::/64', dualCidr: '10.9.0.0/24', range: '10.9.0.50-10.9.0.99' },
      '<forward mode="nat" dev="eth0"><nat ipv6="yes"/></forward><ip family="ipv6" address="fd00:9::1" prefix="64"><dhcp><range start="fd00:9::2" end="fd00:9::ffff"/></dhcp></ip><ip family="ipv4" address="10.9.0.1" prefix="24"><dhcp><range start="10.9.0.50" end="10.9.0.99"/></dhcp></ip>',
    ],
    [
      { mode: 'routed', device: 'eth0', dhcp: false, mtu: 9000, forwarders: ['10.0.0.53', 'fd00::53'] },
      '<forward mode="route" dev="eth0"/><mtu size="9000"/><dns><forwarder addr="10.0.0.53"/><forwarder addr="fd00::53"/></dns><ip family="ipv4" address="10.9.0.1" prefix="24"></ip>',
    ],
    [
      { mode: 'isolated', boot: 'a@b/pxelinux.0@10.9.0.7' },
      '<ip family="ipv4" address="10.9.0.1" prefix="24"><dhcp><range start="10.9.0.2" end="10.9.0.254"/><bootp file="a@b/pxelinux.0" server="10.9.0.7"/></dhcp></ip>',
    ],
    [
      { mode: 'isolated', boot: '/srv/tftp/ipxe.efi', dualCidr: 'fd00:9::/64' },
      '<ip family="ipv4" address="10.9.0.1" prefix="24"><tftp root="/srv/tftp"/><dhcp><range start="10.9.0.2" end="10.9.0.254"/><bootp file="ipxe.efi"/></dhcp></ip><ip family="ipv6" address="fd00:9::1" prefix="64"><dhcp><range start="fd00:9::2" end="fd00:9::ffff"/></dhcp></ip>',
    ],
    [
      { cidr: '10.9.0.0/30' },
      '<forward mode="nat"/><ip family="ipv4" address="10.9.0.1" prefix="30"><dhcp><range start="10.9.0.2" end="10.9.0.2"/></dhcp></ip>',
    ],
    [
      { cidr: '10.64.0.0/12' },
      '<forward mode="nat"/><ip family="ipv4" address="10.64.0.1" prefix="12"><dhcp><range start="10.64.0.2" end="10.64.255.255"/></dhcp></ip>',
    ],
    [
      { cidr: 'fd00:9::/64' },
      '<forward mode="nat"><nat ipv6="yes"/></forward><ip family="ipv6" address="fd00:9::1" prefix="64"><dhcp><range start="fd00:9::2" end="fd00:9::ffff"/></dhcp></ip>',
    ],
    [{ mode: 'bridge', cidr: '', dhcp: false, device: 'br0' }, '<forward mode="bridge"/><bridge name="br0"/>'],
    [
      { mode: 'macvtap', cidr: '', dhcp: false, device: 'eth0' },
      '<forward mode="bridge"><interface dev="eth0"/></forward>',
    ],
    [
      { mode: 'bridge', cidr: '', dhcp: false, device: 'ovs0', openvswitch: true, vlans: [42] },
      '<metadata><kvirt:info xmlns:kvirt="kvirt"><kvirt:ovs>true</kvirt:ovs></kvirt:info></metadata><forward mode="bridge"/><bridge name="ovs0"/><vlan><tag id="42"/></vlan><virtualport type="openvswitch"/>',
    ],
  ])('with %j is defined, started with its host, and started', async (spec, body) => {
    const { create, sent } = opened();
    expect(await create(spec)).toEqual({ warnings: [], id: networkId(ENDPOINT, uuidOf(99)) });
    expect(sent.filter((line) => !line.startsWith('INTERFACE'))).toEqual([
      `NETWORK_DEFINE_XML <network><name>new</name>${body}</network>`,
      'NETWORK_SET_AUTOSTART new',
      'NETWORK_CREATE new',
    ]);
  });

  it.each<readonly [Partial<NetworkSpec>, string, string]>([
    [{ name: 'lan' }, 'op.conflict', 'a has a network lan already'],
    [{ cidr: '10.0.0.128/25' }, 'op.conflict', 'new: 10.0.0.128/25 overlaps the network lan'],
    [{ cidr: '10.0.0.0/8' }, 'op.conflict', 'overlaps the network lan'],
    [{ cidr: '' }, 'op.refused', 'new: a network of mode nat needs a CIDR, such as 192.168.150.0/24, not ""'],
    [{ cidr: '10.9.0.0' }, 'op.refused', 'not "10.9.0.0"'],
    [{ cidr: '10.9.0.0/33' }, 'op.refused', 'needs a CIDR'],
    [{ cidr: '10.9.0.0/24/1' }, 'op.refused', 'needs a CIDR'],
    [{ cidr: '10.9.0/24' }, 'op.refused', 'needs a CIDR'],
    [{ cidr: 'fe80::1%eth0/64' }, 'op.refused', 'needs a CIDR'],
    [{ cidr: '10.9.0.7/24' }, 'op.refused', '10.9.0.7/24 is an address in a network'],
    [{ cidr: '10.9.0.0/31' }, 'op.refused', 'has no room'],
    [{ mode: 'isolated', device: 'br0' }, 'op.refused', 'gets a bridge of its own'],
    [{ mode: 'open', device: 'eth0' }, 'op.refused', 'gets a bridge of its own'],
    [{ mode: 'bridge', cidr: '', dhcp: false }, 'op.refused', 'needs a device: a bridge of the host'],
    [{ mode: 'macvtap', cidr: '', dhcp: false }, 'op.refused', 'needs a device: an interface of the host'],
    [{ mode: 'bridge', device: 'br0', dhcp: false }, 'op.refused', 'has none of its own: CIDR'],
    [{ mode: 'bridge', device: 'br0', cidr: '' }, 'op.refused', 'has none of its own: DHCP'],
    [
      {
        ...{ mode: 'macvtap', device: 'eth0', cidr: '', dhcp: false, domain: 'a', dualCidr: 'fd00::/64' },
        ...{ range: 'a-b', boot: 'f', forwarders: ['9.9.9.9'], mtu: 1400 },
      },
      'op.refused',
      'has none of its own: dual CIDR, DHCP range, boot file, domain, forwarders, MTU',
    ],
    [{ openvswitch: true }, 'op.refused', 'Open vSwitch is a bridge of the host, not a network of mode nat'],
    [{ vlans: [1] }, 'op.refused', 'libvirt sets VLANs at bridges of Open vSwitch alone'],
    [{ ...OVS, vlans: [4095] }, 'op.refused', 'the VLAN 4095 is not from 1 to 4094'],
    [{ ...OVS, portGroups: [7, 7] }, 'op.refused', 'a VLAN is there twice in 7, 7'],
    [{ name: 'a\u0007b' }, 'op.refused', "has characters that libvirt can't keep"],
    [{ domain: '\ud800' }, 'op.refused', 'is no domain'],
    [{ domain: 'lab.test,10.0.0.0/8' }, 'op.refused', 'is no domain'],
    [{ dualCidr: '10.8.0.0/24' }, 'op.refused', 'CIDR and dual CIDR are both of IPv4'],
    [{ dualCidr: 'fd00:9::7/64' }, 'op.refused', 'fd00:9::7/64 is an address in a network'],
    [{ dualCidr: 'much' }, 'op.refused', 'needs a dual CIDR'],
    [{ cidr: 'fd00:9::/64', dualCidr: '10.0.0.0/24' }, 'op.conflict', '10.0.0.0/24 overlaps the network lan'],
    [{ range: '10.9.0.5-10.9.0.9', dhcp: false }, 'op.refused', 'the DHCP range "10.9.0.5-10.9.0.9" needs DHCP'],
    [{ range: '10.9.0.5' }, 'op.refused', 'is not two addresses'],
    [{ range: '10.9.0.5-10.9.0.6-10.9.0.7' }, 'op.refused', 'is not two addresses'],
    [{ range: '10.9.0.5-fd00::9' }, 'op.refused', 'is not two addresses'],
    [{ range: '10.9.1.5-10.9.1.9' }, 'op.refused', 'is not in 10.9.0.0/24'],
    [{ range: '10.9.0.5-10.9.1.9' }, 'op.refused', 'is not in 10.9.0.0/24'],
    [{ range: '10.9.0.9-10.9.0.5' }, 'op.refused', 'ends before it begins'],
    [{ range: '10.9.0.1-10.9.0.5' }, 'op.refused', "has 10.9.0.1 in it, which is the host's own"],
    [{ range: '10.9.0.5-10.9.0.255' }, 'op.refused', 'has the last address in it'],
    [{ cidr: '10.64.0.0/12', range: '10.64.0.2-10.65.0.0' }, 'op.refused', 'has more than 65534 addresses'],
    [{ boot: 'pxelinux.0', dhcp: false }, 'op.refused', 'a boot file is sent by DHCP of IPv4'],
    [{ boot: 'pxelinux.0', cidr: 'fd00:9::/64' }, 'op.refused', 'a boot file is sent by DHCP of IPv4'],
    [{ boot: 'pxelinux.0@server' }, 'op.refused', 'the boot server "server" is no IPv4 address'],
    [{ boot: 'a,b@10.0.0.5' }, 'op.refused', '"a,b" is no boot file'],
    [{ boot: '/srv/tftp/' }, 'op.refused', 'is no boot file'],
    [{ boot: 'a\nserver=/#/6.6.6.6' }, 'op.refused', 'is no boot file'],
    [{ boot: '@10.0.0.5' }, 'op.refused', 'is no boot file'],
    [{ forwarders: ['9.9.9.9', 'dns.test'] }, 'op.refused', 'the forwarder "dns.test" is no address'],
    [{ inbound: { average: undefined, peak: 9, burst: undefined } }, 'op.refused', 'inbound, a peak and a burst need'],
    [{ outbound: { average: 9, peak: 8, burst: 7 } }, 'op.refused', 'outbound, the peak is less than the average'],
    [{ mtu: 67 }, 'op.refused', 'the MTU 67 is not from 68 to 65535'],
    [{ mtu: 1400.5 }, 'op.refused', 'the MTU 1400.5 is not from'],
    [{ mtu: 1000, dualCidr: 'fd00:9::/64' }, 'op.refused', 'the MTU 1000 is not from 1280 to 65535'],
  ])('with %j is %s', async (spec, code, message) => {
    const { create, sent } = opened();
    await expect(create(spec)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    expect(sent).toEqual([]);
  });

  it('stands for a bridge that the host has; where the host can not be asked, libvirt decides', async () => {
    const spec = { mode: 'bridge', cidr: '', dhcp: false, device: 'br0' } as const;
    const { create, answer, sent } = opened();
    const refusal = { code: 'op.refused', message: 'the device br0: the host has no bridge of this name' };
    answer(procedures.interfaceByName, () => {
      throw libvirtNo(VIR_ERR.noInterface);
    });
    await expect(create(spec)).rejects.toMatchObject(refusal);
    answer(procedures.interfaceByName, ({ name }) => ({ name, mac: '' }));
    answer(procedures.interfaceXml, () => "<interface type='ethernet'/>");
    await expect(create(spec)).rejects.toMatchObject(refusal);
    expect(sent).toEqual([]);
    answer(procedures.interfaceByName, () => {
      throw libvirtNo(VIR_ERR.noSupport);
    });
    await create(spec);
    expect(sent).toContain('NETWORK_CREATE new');
  });

  it.each(['nat', 'routed', 'macvtap'] as const)(
    'of mode %s goes out by an interface that the host has',
    async (mode) => {
      const { create, answer, sent } = opened();
      answer(procedures.interfaceByName, () => {
        throw libvirtNo(VIR_ERR.noInterface);
      });
      const own = mode === 'macvtap' ? { cidr: '', dhcp: false } : {};
      await expect(create({ mode, device: 'eth9', ...own })).rejects.toMatchObject({
        code: 'op.refused',
        message: 'the device eth9: the host has no interface of this name',
      });
      expect(sent).toEqual([]);
    },
  );

  it('does not start with its host where that is not wanted', async () => {
    const { create, sent } = opened();
    await create({ autostart: false });
    expect(sent.map((line) => line.split(' ')[0])).toEqual(['NETWORK_DEFINE_XML', 'NETWORK_CREATE']);
  });

  it('is taken back when it can not be started, and named when that fails too', async () => {
    const { create, answer, sent } = opened();
    answer(procedures.createNetwork, () => {
      throw libvirtNo(1, 'Network is already in use by interface eth0');
    });
    await expect(create({})).rejects.toMatchObject({
      code: 'op.failed',
      message: 'new: Network is already in use by interface eth0',
    });
    expect(sent.at(-1)).toBe('NETWORK_UNDEFINE new');
    answer(procedures.undefineNetwork, () => {
      throw libvirtNo(38, 'No space left on device');
    });
    await expect(create({})).rejects.toMatchObject({
      code: 'op.failed',
      message:
        'new: Network is already in use by interface eth0; it is defined, and could not be taken back: No space left on device',
    });
  });

  it('is taken back when the caller gives up while it is defined', async () => {
    const { ops, sent, answer } = opened();
    const giving = new AbortController();
    const reason = new DOMException('enough', 'AbortError');
    answer(procedures.defineNetwork, () => {
      giving.abort(reason);
      return { name: 'new', uuid: Buffer.alloc(16, 0x99) };
    });
    const spec = { name: 'new', mode: 'nat', cidr: '10.9.0.0/24', dhcp: true, device: '', domain: '' } as const;
    await expect(ops.create(ENDPOINT, spec, giving.signal)).rejects.toBe(reason);
    expect(sent).toEqual(['NETWORK_UNDEFINE new']);
  });

  it('is not taken back when the link is lost: how much was done is unknown', async () => {
    const { create, answer, sent } = opened();
    answer(procedures.createNetwork, () => {
      throw new FleetError('host.unreachable', 'the link is down');
    });
    await expect(create({})).rejects.toMatchObject({ code: 'outcome.unknown' });
    expect(sent).not.toContain('NETWORK_UNDEFINE new');
  });
});

describe('a network that is deleted', () => {
  it('goes with its addresses, stopped first', async () => {
    const { ops, sent, signal } = opened();
    expect(await ops.planDelete(ID, signal)).toEqual({ goes: ['the network lan (10.0.0.0/24)'], stays: [] });
    await ops.delete(ID, signal);
    expect(sent).toEqual(['NETWORK_DESTROY lan', 'NETWORK_UNDEFINE lan']);
  });
  it('is only stopped where it has no saved definition, and only undefined where it is not active', async () => {
    const transient = opened({ transient: ['lan'] });
    await transient.ops.delete(ID, transient.signal);
    expect(transient.sent).toEqual(['NETWORK_DESTROY lan']);
    const inactive = opened({ inactive: ['lan'] });
    await inactive.ops.delete(ID, inactive.signal);
    expect(inactive.sent).toEqual(['NETWORK_UNDEFINE lan']);
  });
  it.each<readonly [HostWords, string]>([
    [{ domains: { web1: nic('network', 'lan'), web2: nic('network', 'other') } }, 'lan is used by web1'],
    [{ domains: { web1: nic('bridge', 'virbr0') }, running: ['web1'] }, 'lan is used by web1'],
    [
      { domains: { web1: "<interface type='direct'><source network='lan' dev='eth0' mode='bridge'/></interface>" } },
      'lan is used by web1',
    ],
    [
      { domains: Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((n) => [`w${n}`, nic('network', 'lan')])) },
      'lan is used by w1, w2, w3, w4, w5 and 2 more VMs',
    ],
  ])('stays while VMs are in it: %#', async (words, refused) => {
    const { ops, sent, signal } = opened(words);
    expect(await ops.planDelete(ID, signal)).toMatchObject({ refused });
    await expect(ops.delete(ID, signal)).rejects.toMatchObject({ code: 'op.refused', message: refused });
    expect(sent).toEqual([]);
  });
  it('stays while a VM can not be read, and is no affair of one on the same bridge of the host', async () => {
    const unread = opened({ domains: { web1: 'no XML' } });
    await expect(unread.ops.delete(ID, unread.signal)).rejects.toMatchObject({ code: 'op.refused' });
    const shared = "<network><forward mode='bridge'/><bridge name='br0'/></network>";
    const bridged = opened({ networks: { lan: shared }, domains: { web1: nic('bridge', 'br0') } });
    await bridged.ops.delete(ID, bridged.signal);
    expect(bridged.sent).toContain('NETWORK_UNDEFINE lan');
  });
});

it('starts and stops a network where it is not there already', async () => {
  const active = opened();
  await active.ops.start(ID, active.signal);
  expect(active.sent).toEqual([]);
  await active.ops.stop(ID, active.signal);
  expect(active.sent).toEqual(['NETWORK_DESTROY lan']);
  const inactive = opened({ inactive: ['lan'] });
  await inactive.ops.stop(ID, inactive.signal);
  expect(inactive.sent).toEqual([]);
  await inactive.ops.start(ID, inactive.signal);
  expect(inactive.sent).toEqual(['NETWORK_CREATE lan']);
});

it('does not stop a network that would be gone then', async () => {
  const { ops, sent, signal } = opened({ transient: ['lan'] });
  await expect(ops.stop(ID, signal)).rejects.toMatchObject({
    code: 'op.refused',
    message: 'lan has no saved definition: it would be gone when it stops',
  });
  expect(sent).toEqual([]);
});

it.each([uuidOf(7), 'lan', ''])('says that %j is not there', async (native) => {
  const { ops, signal } = opened();
  const id = networkId(ENDPOINT, native);
  for (const operation of [ops.start, ops.stop, ops.planDelete, ops.delete])
    await expect(operation(id, signal)).rejects.toMatchObject({ code: 'network.not-found' });
});
