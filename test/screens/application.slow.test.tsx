/** The application in a VM, by keys: what the user says of it is kept, and its address copied. */
import { readFile } from 'node:fs/promises';
import { afterEach, expect, it } from 'vitest';
import { type OpenFleet, openFleet } from './driver.tsx';

let fleet: OpenFleet;
afterEach(() => fleet.close());

it('F-066 F-175 specifies the details of the application in a VM, and copies the address that it opens', async () => {
  fleet = await openFleet({ size: '120x40', vms: 4 });
  await fleet.see('fra-01');
  await fleet.press(':', 'specify details', 'enter');
  await fleet.see('go to a VM first');
  await fleet.press('f');
  const { name } = await fleet.untilVm(({ state }) => state === 'running');
  await fleet.press('/', name, 'enter');
  await fleet.press(':', 'open application', 'enter');
  await fleet.see(`${name} is not known to be made of an appliance`);
  await fleet.press(':', 'specify details', 'enter');
  await fleet.see(`The application in ${name}`);
  await fleet.press('down', 'shop.example.org', 'down', '8443', 'pgdn', 'enter');
  await fleet.see(`${name}: its application is as said`);
  expect(await readFile(fleet.configFile, 'utf8')).toContain('host: shop.example.org, port: 8443');
  await fleet.press(':', 'open application', 'enter');
  await fleet.see('http://shop.example.org:8443/ was sent to the clipboard');
  expect(fleet.copied).toEqual(['http://shop.example.org:8443/']);
  await fleet.press(':', 'open management', 'enter');
  await fleet.see(`no management page of ${name} is known`);
  await fleet.press(':', 'specify details', 'enter');
  await fleet.see(/Host +shop\.example\.org/);
});
