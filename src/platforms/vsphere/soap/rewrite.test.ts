import { expect, it } from 'vitest';
import { readXml } from '../../transport/xml.ts';
import { xml } from './envelope.ts';
import { rewritten, textValue } from './rewrite.ts';

const DEVICE = `<VirtualDevice xmlns:p="x" p:type="vim25:VirtualDisk"><key>7</key><backing p:type="Flat"><fileName>[a] &lt;b&gt;</fileName>
<datastore type="Datastore">datastore-1</datastore></backing><controllerKey>200</controllerKey></VirtualDevice>`;

it('a device goes back as it came, with the kinds of this envelope', async () => {
  expect(rewritten('device', await readXml(DEVICE)).xml).toBe(
    '<device xsi:type="VirtualDisk"><key>7</key><backing xsi:type="Flat"><fileName>[a] &lt;b&gt;</fileName><datastore type="Datastore">datastore-1</datastore></backing><controllerKey>200</controllerKey></device>',
  );
});

it('what is changed of it stands in its place, and what is new where the WSDL has it', async () => {
  const changes = { backing: xml`<backing/>`, connectable: xml`<connectable/>` };
  expect(rewritten('device', await readXml(DEVICE), changes, ['key', 'backing', 'connectable']).xml).toBe(
    '<device xsi:type="VirtualDisk"><key>7</key><backing/><connectable/><controllerKey>200</controllerKey></device>',
  );
  const bare = await readXml('<d><key>7</key><controllerKey>1</controllerKey></d>');
  expect(rewritten('device', bare, changes, ['key', 'backing', 'connectable']).xml).toContain(
    '<key>7</key><backing/><connectable/><controllerKey>1</controllerKey>',
  );
});

it('the value of an option is text', () => {
  expect(textValue('value', 'a&b').xml).toMatch(/^<value xmlns:xsd="[^"]+" xsi:type="xsd:string">a&amp;b<\/value>$/);
});
