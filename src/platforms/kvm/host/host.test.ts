import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readCapabilities } from './host.ts';

it('F-253 reads who the host is and what it can run', async () => {
  const xml = readFileSync(new URL('../fixtures/capabilities.xml', import.meta.url), 'utf8');
  expect(await readCapabilities(xml)).toEqual({
    uuid: '0d10e12a-0000-4000-8000-000000000001',
    arch: 'x86_64',
    cpuModel: 'Broadwell',
    cpuVendor: 'Intel',
    domainTypes: ['qemu', 'kvm'],
  });
});

it('finds no emulator where there is none', async () => {
  expect(
    (await readCapabilities('<capabilities><host><cpu><arch>x86_64</arch></cpu></host></capabilities>')).domainTypes,
  ).toEqual([]);
});
