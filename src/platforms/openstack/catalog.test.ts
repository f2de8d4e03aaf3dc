import { expect, it } from 'vitest';
import { findService } from './catalog.ts';

const endpoint = (region: string, kind: string) => ({
  region_id: region,
  interface: kind,
  url: `https://${region}.${kind}.example.org`,
});
const CATALOG = [
  {
    type: 'compute',
    name: 'nova',
    endpoints: [endpoint('A', 'public'), endpoint('A', 'internal'), endpoint('B', 'public')],
  },
  { type: 'compute', name: 'nova-2', endpoints: [endpoint('Z', 'public')] },
];
const find = (region: string | undefined, interfaces: readonly string[], name?: string) =>
  findService(CATALOG, { service: 'compute', region, interfaces, type: undefined, name });

it('takes the first interface of the list that the region has', () => {
  expect(find('A', ['internal', 'public']).url).toBe('https://A.internal.example.org');
  expect(find('B', ['internal', 'public']).url).toBe('https://B.public.example.org');
});

it('takes the service of a name, where one is given', () => {
  expect(find(undefined, ['public'], 'nova-2').region).toBe('Z');
  expect(() => find('A', ['public'], 'nova-2')).toThrow('no region A');
});

it('names the interfaces that it looked for', () => {
  expect(() => find('A', ['admin', 'internalish'])).toThrow('for the admin or internalish interface');
});
