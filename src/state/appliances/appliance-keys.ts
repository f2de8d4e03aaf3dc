/** An appliance as lists have it: for the command line, the screen, filters and programs. */
import type { KindKey, KindRow } from '../kind-spec.ts';
import { type Appliance, spellAppliance } from './appliance.ts';

export const applianceKeys: readonly KindKey[] = [
  { id: 'name', type: 'text', help: 'its name in its catalog', always: true, title: 'NAME', shrinksTo: 12 },
  { id: 'catalog', type: 'text', help: 'the catalog that it is in', always: true, title: 'CATALOG' },
  { id: 'title', type: 'text', help: 'what its makers call it', always: true, title: 'TITLE', shrinksTo: 10 },
  { id: 'provider', type: 'text', help: 'who makes it', title: 'PROVIDER', shrinksTo: 8 },
  { id: 'version', type: 'text', help: 'its version', title: 'VERSION' },
  { id: 'arch', type: 'text', help: 'the processor that it is for', title: 'ARCH' },
  { id: 'pae', type: 'flag', help: 'whether its kernel uses PAE, as 32-bit guests of Xen may have to', title: 'PAE' },
  { id: 'hvm', type: 'flag', help: 'whether it needs full virtualization', title: 'HVM' },
  { id: 'size', type: 'size', help: 'the size of its file', title: 'SIZE' },
  { id: 'updated', type: 'instant', help: 'when its makers changed it last', title: 'UPDATED' },
  { id: 'checksum', type: 'text', help: 'what its file must be', forPrograms: true },
  { id: 'location', type: 'text', help: 'where it is fetched from', always: true, forPrograms: true },
  { id: 'homepage', type: 'text', help: 'the page of its makers', forPrograms: true },
  { id: 'logo', type: 'text', help: 'the address of a picture of its provider', forPrograms: true },
  { id: 'description', type: 'text', help: 'what its makers say of it', forPrograms: true },
  { id: 'id', type: 'text', help: '`CATALOG/NAME`', always: true, forPrograms: true },
];

export const applianceRow = (one: Appliance): KindRow => ({
  name: one.name,
  catalog: one.catalog,
  title: one.title,
  provider: one.provider || undefined,
  version: one.version || undefined,
  arch: one.arch || undefined,
  pae: one.pae,
  hvm: one.hvm,
  size: one.size,
  updated: one.updated,
  checksum: one.checksum,
  location: one.location,
  homepage: one.homepage,
  logo: one.logo,
  description: one.description || undefined,
  id: spellAppliance(one),
});
