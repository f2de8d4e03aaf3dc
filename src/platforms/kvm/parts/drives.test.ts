import { expect, it } from 'vitest';
import type { DomainXml } from '../xml/domain-xml.ts';
import { driveSettings, drivesOf, withDrives } from './drives.ts';

const xml = {
  isKcli: true,
  configs: [],
  disks: [
    { device: 'disk', target: 'vda', path: '/d/web1_0.qcow2' },
    { device: 'cdrom', target: 'sda', path: '/d/web1.ISO' },
    { device: 'cdrom', target: 'sdb', path: undefined },
  ],
} as unknown as DomainXml;
const rows = [{ device: 'vda' }, { device: 'sda', medium: 'web1.ISO' }, { device: 'sdb', medium: '' }];

it('F-298 the seed of a VM is ejected, and another drive takes the media', () => {
  const drives = drivesOf('web1', xml);
  expect(drives).toEqual({ iso: 'sdb', seed: 'sda' });
  const now = { disk: rows, ...driveSettings(drives, { disk: rows }) };
  expect(now).toMatchObject({ iso: '', 'cloud-init': true });
  const { asked, warnings } = withDrives('web1', drives, { iso: 'cd.iso', 'cloud-init': false }, now);
  expect(asked).toEqual({
    disk: [{ device: 'vda' }, { device: 'sda', medium: '' }, { device: 'sdb', medium: 'cd.iso' }],
  });
  expect(warnings).toEqual([{ feature: 'cloud-init', detail: 'its seed is left: drover volume delete web1.ISO' }]);
});

it('names the seed that is left also where the row of its drive is taken off, and refuses a medium for a drive that goes', () => {
  const drives = drivesOf('web1', xml);
  const now = { disk: rows, ...driveSettings(drives, { disk: rows }) };
  const without = (device: string) => rows.filter((row) => row.device !== device);
  const asked = { disk: without('sda'), 'cloud-init': false };
  expect(withDrives('web1', drives, asked, now)).toEqual({
    asked: { disk: without('sda') },
    warnings: [{ feature: 'cloud-init', detail: 'its seed is left: drover volume delete web1.ISO' }],
  });
  expect(() => withDrives('web1', drives, { disk: without('sdb'), iso: 'cd.iso' }, now)).toThrow(
    'web1: its drive sdb is to be detached, and gets no medium',
  );
});

it('has nothing in a drive that is not there, and takes no medium for it', () => {
  const drives = drivesOf('web1', { ...xml, disks: xml.disks.slice(0, 1) });
  const now = { disk: rows.slice(0, 1), ...driveSettings(drives, { disk: rows.slice(0, 1) }) };
  expect(now).toMatchObject({ iso: '', 'cloud-init': false });
  expect(withDrives('web1', drives, { iso: '', memory: 1 }, now).asked).toEqual({ memory: 1 });
  expect(() => withDrives('web1', drives, { iso: 'cd.iso' }, now)).toThrow('web1 has no CD drive for a medium');
});
