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
      { mode: 'open', dhcp: false, domain: 'a"<b' },
      '<forward mode="open"/><domain name="a&quot;&lt;b"/><ip family="ipv4" address="10.9.0.1" prefix="24"></ip>',
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
    [{ mode: 'bridge', cidr: '', dhcp: false }, 'op.refused', 'needs a bridge of the host'],
    [{ mode: 'bridge', device: 'br0', dhcp: false }, 'op.refused', 'has no CIDR, DHCP or domain of its own'],
    [{ mode: 'bridge', device: 'br0', cidr: '' }, 'op.refused', 'has no CIDR, DHCP or domain of its own'],
    [{ name: 'a\u0007b' }, 'op.refused', "has characters that libvirt can't keep"],
    [{ domain: '\ud800' }, 'op.refused', "has characters that libvirt can't keep"],
  ])('with %j is %s', async (spec, code, message) => {
    const { create, sent } = opened();
    await expect(create(spec)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    expect(sent).toEqual([]);
  });

  it('stands for a bridge that the host has; where the host can not be asked, libvirt decides', async () => {
    const spec = { mode: 'bridge', cidr: '', dhcp: false, device: 'br0' } as const;
    const { create, answer, sent } = opened();
    answer(procedures.interfaceByName, () => {
      throw libvirtNo(VIR_ERR.noInterface);
    });
    await expect(create(spec)).rejects.toMatchObject({ code: 'op.refused', message: 'the host has no bridge br0' });
    expect(sent).toEqual([]);
    answer(procedures.interfaceByName, () => {
      throw libvirtNo(VIR_ERR.noSupport);
    });
    await create(spec);
    expect(sent).toContain('NETWORK_CREATE new');
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
