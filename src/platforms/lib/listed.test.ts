import { describe, expect, it } from 'vitest';
import { endpointName, nativeOfListed, networkId, ownerOf, snapshotId, vmId, volumeId } from '../../ids.ts';
import type { Network } from '../contract.ts';
import { lacking, noListed, overlapping } from './listed.ts';

const host = endpointName('host1');
const network = (name: string, ...cidrs: readonly string[]): Network => ({
  id: networkId(host, name),
  name,
  type: 'nat',
  mode: 'nat',
  node: undefined,
  active: true,
  cidrs,
  dhcp: undefined,
  device: undefined,
  vlan: undefined,
  mtu: undefined,
  domain: undefined,
});

describe('a range of addresses', () => {
  const all = [network('a', '10.0.0.0/16', 'fd00:1::/64'), network('b', '192.168.1.0/24'), network('odd', 'x/99', '')];
  it.each([
    ['10.0.255.0/24', 'a'],
    ['10.1.0.0/16', undefined],
    ['0.0.0.0/0', 'a'],
    ['192.168.1.255/32', 'b'],
    ['192.168.0.0/23', 'b'],
    ['192.168.2.0/24', undefined],
    ['fd00:1::1/128', 'a'],
    ['fd00:2::/64', undefined],
    ['::/0', 'a'],
    ['::ffff:10.0.0.1/128', undefined],
    ['10.0.0.0', undefined],
    ['10.0.0.0/33', undefined],
    ['nonsense/8', undefined],
  ])('%s overlaps %s', (cidr, name) => expect(overlapping(cidr, all)?.name).toBe(name));
});

it('says what a platform lacks of groups of which it has a part', () => {
  expect(lacking('not yet', ['image'], ['image.list'])).toEqual({
    'image.create': 'not yet',
    'image.upload': 'not yet',
    'image.download': 'not yet',
    'image.update': 'not yet',
    'image.planDelete': 'not yet',
    'image.delete': 'not yet',
  });
});

describe('the id of what an endpoint lists', () => {
  it.each(['default', '/srv/a b.img', 'with#sign', '100%', '%23', '#%25#', 'host/x#y'])('carries %j', (native) => {
    const id = volumeId(host, native);
    expect([nativeOfListed(id), ownerOf(id)]).toEqual([native, 'host1']);
  });

  it('is never that of what hangs under a VM', () => {
    const snapshot = snapshotId(vmId(host, 'web1'), 'monday');
    expect([ownerOf(snapshot), nativeOfListed(snapshot)]).toEqual(['host1/web1', 'monday']);
    expect(volumeId(host, 'web1#monday')).not.toBe(snapshot);
  });

  it('is said by what its platform calls it when it is not there', () => {
    expect(noListed('volume', volumeId(host, 'a#b'))).toMatchObject({
      code: 'volume.not-found',
      message: 'host1 has no volume "a#b"',
    });
  });
});
