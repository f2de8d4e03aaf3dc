import { expect, it } from 'vitest';
import type { Network, NetworkSpec, Storage, StorageSpec } from '../../platforms/contract.ts';
import { networkDifferences, storageDifferences } from './differences.ts';

const WANTED: StorageSpec = { name: 'images', type: 'netfs', path: '/srv/a', source: '/export/a', hosts: ['nas'] };
const FOUND = { type: 'netfs', path: '/srv/a', source: '/export/a', hosts: ['nas'] } as unknown as Storage;

it.each<readonly [Partial<Storage>, Partial<StorageSpec>, readonly string[]]>([
  [{}, {}, []],
  [{ path: '/srv/a/' }, {}, []],
  [{ path: '/srv/b' }, {}, ['path is /srv/b, not /srv/a']],
  [{ type: 'dir' }, {}, ['type is dir, not netfs']],
  [{ type: 'logical' }, { type: 'lvm' }, []],
  [{ source: '/export/b' }, {}, ['source is /export/b, not /export/a']],
  [{ hosts: ['other'] }, {}, ['host is other, not nas']],
  [{ path: '/dev/vg' }, { path: 'vg' }, []],
])('F-178 F-180 a storage that has %j where %j is defined differs by %j', (has, wanted, differences) => {
  expect(storageDifferences({ ...WANTED, ...wanted }, { ...FOUND, ...has })).toEqual(differences);
});

const NET = { name: 'lab', mode: 'nat', cidr: '10.0.0.0/24', dhcp: true, device: '', domain: '' } as NetworkSpec;
const LAB = { mode: 'nat', cidrs: ['10.0.0.1/24'], dhcp: true } as unknown as Network;

it.each<readonly [Partial<Network>, Partial<NetworkSpec>, readonly string[]]>([
  [{}, {}, []],
  [{ cidrs: ['10.0.1.1/24'] }, {}, ['CIDR is 10.0.1.1/24, not 10.0.0.0/24']],
  [{ cidrs: ['10.0.0.1/25'] }, {}, ['CIDR is 10.0.0.1/25, not 10.0.0.0/24']],
  [{ cidrs: [] }, {}, ['CIDR is none, not 10.0.0.0/24']],
  [{ mode: 'isolated' }, {}, ['mode is isolated, not nat']],
  [{ dhcp: false }, {}, ['DHCP is no, not yes']],
  [{ domain: 'a.test' }, { domain: 'b.test' }, ['domain is a.test, not b.test']],
  [{ device: 'br0' }, { device: 'br1' }, []],
  [{ mode: 'bridge', device: 'br0' }, { mode: 'bridge', device: 'br1' }, ['device is br0, not br1']],
])('F-183 a network that has %j where %j is defined differs by %j', (has, wanted, differences) => {
  expect(networkDifferences({ ...NET, ...wanted }, { ...LAB, ...has }, {})).toEqual(differences);
});
