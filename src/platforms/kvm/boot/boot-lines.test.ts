import { expect, it } from 'vitest';
import { readDocument } from '../xml/document.ts';
import { bootLines } from './boot-lines.ts';

const linesOf = async (xml: string) =>
  bootLines(await readDocument(`<domain>${xml}</domain>`, 'domain')).map(
    ([label, value, section]) => `${section}: ${label} ${value}`,
  );

it('F-131 F-132 says by sections how a guest starts and ends, what shows it and what is plugged into it', async () => {
  const xml = `<os><boot dev='cdrom'/><boot dev='hd'/><bootmenu enable='yes'/></os>
    <on_poweroff>destroy</on_poweroff><on_reboot>restart</on_reboot><on_crash>preserve</on_crash>
    <features><acpi/><pae state='off'/></features><clock offset='utc'/>
    <devices><video><model type='virtio'/></video><controller type='usb' model='qemu-xhci'/><controller type='pci'/>
      <input type='tablet' bus='usb'/><watchdog model='i6300esb' action='reset'/></devices>`;
  expect(await linesOf(xml)).toEqual([
    'Boot: Boots from cdrom, hd',
    'Boot: Boot menu yes',
    'Boot: On poweroff destroy',
    'Boot: On reboot restart',
    'Boot: On crash preserve',
    'Display: Video virtio',
    'USB: USB qemu-xhci',
    'USB: Input tablet (usb)',
    'Advanced: Clock utc',
    'Advanced: Features acpi',
    'Advanced: Watchdog i6300esb, reset',
  ]);
});

it('names the devices that a guest tries one after the other', async () => {
  const devices = `<interface><mac address='52:54:00:00:00:01'/><boot order='2'/></interface>
    <disk><target dev='vda'/><boot order='1'/></disk><disk><target dev='vdb'/></disk>`;
  expect(await linesOf(`<os/><devices>${devices}</devices>`)).toEqual(['Boot: Boots from vda, NIC 52:54:00:00:00:01']);
});
