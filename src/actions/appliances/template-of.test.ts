import { expect, it } from 'vitest';
import type { Appliance, ReadyDisk } from '../../state/appliances/appliance.ts';
import { readTemplate } from '../../state/templates/read-template.ts';
import { bytes } from '../../units.ts';
import { applianceTemplate } from './template-of.ts';

const appliance: Appliance = {
  ...{ catalog: 'ours', name: 'shop', title: 'Shop: "2" $HOME', provider: 'rPath', version: '2.1', arch: '' },
  ...{ description: '', location: 'https://images.example/shop.ova' },
  application: { port: 8080, path: '/$x', 'management-port': 9000 },
};
const MIB = 1024 ** 2;
const disk = (...capacities: readonly number[]): ReadyDisk => {
  const [first, ...more] = capacities.map((one) => ({
    path: '/x',
    format: 'qcow2' as const,
    capacity: bytes(one * MIB),
  }));
  return { ...(first ?? { path: '/x', format: 'ova', capacity: undefined }), more };
};
const made = async (images: readonly string[], ready: ReadyDisk) => {
  const [file] = applianceTemplate({ appliance, images, platform: 'kvm', endpoint: 'host1', disk: ready });
  const { says, problems } = await readTemplate('template.yaml', Buffer.from(file?.bytes ?? '').toString(), ['kvm']);
  expect(problems).toEqual([]);
  return { ...says, vm: Object.fromEntries([...says.vm].map(([key, { value }]) => [key, value])) };
};

it('F-175 keeps what it was imported from, and where its application is', async () => {
  expect((await made(['shop'], disk(8))).appliance).toEqual({
    ...{ name: 'ours/shop', title: 'Shop: "2" HOME', provider: 'rPath', version: '2.1' },
    details: { port: 8080, path: '/$x', 'management-port': 9000 },
  });
});

it('F-171 makes the first disk of the image of the VM, and each other one of its own', async () => {
  expect((await made(['shop'], disk(8))).vm).toEqual({ image: 'shop', numcpus: '$CPUS', memory: '$MEMORY' });
  expect((await made(['shop', 'shop-2'], disk(8, 20_000.5))).vm).toMatchObject({
    image: 'shop',
    disks: [{ size: '8MiB' }, { size: '20001MiB', image: 'shop-2' }],
  });
});
