import { expect, it } from 'vitest';
import type { VmCall } from '../vm-call.ts';
import type { Catalog } from './catalog.ts';
import { reachableStores } from './of-vm.ts';

const named = (type: string, value: string, parent = '') =>
  [value, { ref: { type, value }, name: value, parent }] as const;
const CATALOG = {
  datacenters: new Map([named('Datacenter', 'dc1')]),
  computes: new Map(),
  pools: new Map(),
  folders: new Map(),
  hosts: new Map([['host-1', { ...named('HostSystem', 'host-1', 'dc1')[1], stores: ['datastore-2'] }]]),
  stores: new Map([named('Datastore', 'datastore-1'), named('Datastore', 'datastore-2')]),
} as unknown as Catalog;
const on = (host: string) =>
  ({ name: 'web1', values: new Map([['runtime.host', { text: host }]]) }) as unknown as VmCall;

it('a VM reaches the datastores of its host, and no others', () => {
  expect(reachableStores(CATALOG, on('host-1')).map(({ name }) => name)).toEqual(['datastore-2']);
});

it('a VM on a host that may not be seen reaches nothing that could be named', () => {
  expect(() => reachableStores(CATALOG, on('host-9'))).toThrow('web1: the host that it is on may not be seen');
});
