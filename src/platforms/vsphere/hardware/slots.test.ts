import { expect, it } from 'vitest';
import { readXml } from '../../transport/xml.ts';
import { createSlots } from './slots.ts';

const device = (kind: string, inside: string) =>
  `<VirtualDevice xmlns:t="x" t:type="${kind}">${inside}</VirtualDevice>`;
const disk = (unit: number) =>
  device(
    'VirtualDisk',
    `<key>${2_000 + unit}</key><controllerKey>1000</controllerKey><unitNumber>${unit}</unitNumber>`,
  );
const controller = device('ParaVirtualSCSIController', '<key>1000</key><busNumber>0</busNumber>');
const devices = (...all: readonly string[]) => readXml(`<val>${all.join('')}</val>`);

it('a new disk goes to the first free place of its bus, but for that of the controller itself', async () => {
  const slots = createSlots(await devices(controller, ...[0, 1, 2, 4, 5, 6].map(disk)));
  const taken = [1, 2, 3].map(() => slots.take('scsi'));
  expect(taken).toEqual([3, 8, 9].map((unit) => ({ controllerKey: '1000', unit })));
  expect(slots.controllers()).toEqual([]);
});

it('where all places are taken another controller is added, and after the last one it is refused', async () => {
  const slots = createSlots(await devices(controller, ...Array.from({ length: 16 }, (_, at) => disk(at))));
  expect(slots.take('scsi').unit).toBe(0);
  const [added] = slots.controllers();
  expect(added?.xml).toContain('xsi:type="ParaVirtualSCSIController"');
  expect(added?.xml).toContain('<busNumber>1</busNumber>');
  for (let more = 0; more < 44; more++) slots.take('scsi');
  expect(slots.controllers().length).toBe(3);
  expect(() => slots.take('scsi')).toThrow(/no free place for a device on scsi/);
});

it('a VM that is made gets the controllers that its devices hang on; one for IDE it has already', () => {
  const slots = createSlots(undefined);
  expect(slots.take('nvme')).toMatchObject({ unit: 0 });
  expect(slots.controllers().map(({ xml }) => /xsi:type="(\w+Controller)"/.exec(xml)?.[1])).toEqual([
    'VirtualNVMEController',
  ]);
  expect(() => slots.take('ide')).toThrow(/take|no free place/);
});
