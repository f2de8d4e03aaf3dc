import { expect, it } from 'vitest';
import type { Warning } from '../../contract.ts';
import { readDomainXml } from '../xml/domain-xml.ts';
import { editXml } from '../xml/edit-xml.ts';
import { describeClone } from './clone-xml.ts';

const UUID = '99999999-9999-4999-8999-999999999999';
const NEW_DISK = { path: '/d/web2_0.qcow2', volume: 'web2_0.qcow2', format: 'qcow2' };

async function describe(devices: string, more = ''): Promise<{ xml: string; warnings: readonly Warning[] }> {
  const editor = await editXml(
    `<domain><name>web1</name><uuid>u</uuid>${more}<devices>${devices}</devices></domain>`,
    'domain',
  );
  let next = 0;
  const warnings = describeClone(editor, {
    name: 'web2',
    uuid: UUID,
    created: Date.UTC(2026, 10, 29, 7, 5),
    disks: new Map([[0, NEW_DISK]]),
    newMac: () => `52:54:00:00:00:0${++next}`,
  });
  return { xml: editor.text(), warnings };
}
const inDevices = async (devices: string) => {
  const { xml, warnings } = await describe(devices);
  return { xml: /<devices>(.*)<\/devices>/s.exec(xml)?.[1], said: warnings.map(({ feature }) => feature) };
};

it('has a name, a uuid and addresses of its own', async () => {
  const { xml, warnings } = await describe(
    "<interface type='network'><mac address='52:54:00:aa:aa:aa'/></interface><interface type='bridge'><mac address='52:54:00:bb:bb:bb'/></interface>",
    "<sysinfo type='smbios'><system><entry name='serial'>7</entry><entry name='uuid'>u</entry></system></sysinfo><genid>g</genid>",
  );
  expect(xml).toContain(`<name>web2</name><uuid>${UUID}</uuid>`);
  expect(xml).toContain("<system><entry name='serial'>7</entry></system></sysinfo><genid/>");
  expect((await readDomainXml(`${xml}`)).nics.map(({ mac }) => mac)).toEqual([
    '52:54:00:00:00:01',
    '52:54:00:00:00:02',
  ]);
  expect(warnings).toEqual([]);
});

it.each([
  [
    "<disk><driver type='raw' cache='none'/><source file='/d/web1.img' startupPolicy='optional'/><backingStore><source file='/d/t'/></backingStore></disk>",
    `<disk><driver type="qcow2" cache='none'/><source file="/d/web2_0.qcow2" startupPolicy='optional'/></disk>`,
  ],
  [
    "<disk type='volume'><source pool='p' volume='web1'/></disk>",
    `<disk type='volume'><driver name="qemu" type="qcow2"/><source pool='p' volume="web2_0.qcow2"/></disk>`,
  ],
  ["<disk type='block'><driver type='qcow2'/><source dev='/dev/a'/></disk>", undefined],
])('has a disk of its own: %s', async (before, after) => {
  const { xml } = await inDevices(before);
  expect(xml).toBe(after ?? before.replace("'/dev/a'", '"/d/web2_0.qcow2"'));
});

it.each([
  ["<serial type='pty'><log file='/l' append='on'/></serial>", "<serial type='pty'></serial>", ['console']],
  ["<serial type='file'><source path='/l'/></serial>", '<serial type="pty"></serial>', ['serial']],
  [
    "<serial type='tcp'><source mode='bind' service='4555'/><protocol type='telnet'/></serial><console type='tcp'><source mode='bind' service='4555'/></console>",
    '<serial type="pty"></serial><console type="pty"></console>',
    ['serial'],
  ],
  ["<channel type='unix'><source path='/s'/><target/></channel>", "<channel type='unix'><target/></channel>", []],
  ["<channel type='spicevmc'><target/></channel>", "<channel type='spicevmc'><target/></channel>", []],
  [
    "<graphics type='vnc' port='5901' autoport='no' websocket='5701' passwd='p'/>",
    `<graphics type='vnc' port="-1" autoport="yes" passwd='p'/>`,
    ['graphics'],
  ],
  ["<graphics type='vnc' port='-1' autoport='yes'/>", "<graphics type='vnc' port='-1' autoport='yes'/>", []],
  [
    "<graphics type='vnc' socket='/s'><listen type='socket' socket='/s'/></graphics>",
    "<graphics type='vnc'><listen type='socket'/></graphics>",
    [],
  ],
  ["<vsock><cid auto='no' address='7'/></vsock>", '<vsock><cid auto="yes"/></vsock>', []],
  [
    "<tpm><backend type='emulator'><source type='dir' path='/t'/></backend></tpm>",
    "<tpm><backend type='emulator'></backend></tpm>",
    ['tpm'],
  ],
  ["<tpm><backend type='passthrough'/></tpm>", "<tpm><backend type='passthrough'/></tpm>", []],
  ["<hostdev mode='subsystem'/>", "<hostdev mode='subsystem'/>", ['hostdev']],
  ["<filesystem><source dir='/srv'/></filesystem>", "<filesystem><source dir='/srv'/></filesystem>", ['filesystem']],
  ["<interface type='hostdev'/>", "<interface type='hostdev'/>", ['nic']],
  [
    "<interface><target dev='web1-0'/><virtualport type='openvswitch'><parameters interfaceid='i' profileid='p'/></virtualport><backend type='passt' logFile='/l'/></interface>",
    "<interface><target/><virtualport type='openvswitch'><parameters profileid='p'/></virtualport><backend type='passt'/></interface>",
    [],
  ],
])('leaves the original what only one can have: %s', async (before, after, said) => {
  expect(await inDevices(before)).toEqual({ xml: after, said });
});

it.each([
  ["<nvram template='/t&amp;u'>/n/web1.fd</nvram>", '<nvram template="/t&amp;u"/>', ['firmware']],
  [
    "<nvram type='file' template='/t' templateFormat='raw' format='qcow2'><source file='/n'/></nvram>",
    '<nvram template="/t" templateFormat="raw" format="qcow2"/>',
    ['firmware'],
  ],
  ['<nvram>/n/web1.fd</nvram>', '', ['firmware']],
  ["<nvram template='/t'/>", '<nvram template="/t"/>', []],
])('starts with UEFI variables of the template: %s', async (before, after, said) => {
  const { xml, warnings } = await describe('', `<os>${before}</os>`);
  expect(xml).toContain(`<os>${after}</os>`);
  expect(warnings.map(({ feature }) => feature)).toEqual(said);
});

it('keeps metadata, but for when kcli made it and where', async () => {
  const info = (date: string, ip = '') =>
    `<metadata><kvirt:info xmlns:kvirt="kvirt"><kvirt:plan>shop</kvirt:plan>${ip}<kvirt:creationdate>${date}</kvirt:creationdate></kvirt:info><x:info xmlns:x="urn:x"><x:ip>1</x:ip></x:info></metadata>`;
  const { xml, warnings } = await describe('', info('01-02-2020 03:04', '<kvirt:ip>10.0.0.5</kvirt:ip>'));
  expect(xml).toContain(info('29-11-2026 07:05'));
  expect(warnings).toEqual([
    { feature: 'ips', detail: 'the address 10.0.0.5 may be written on its disk: change it before both run' },
  ]);
});

it('tells of arguments that go past libvirt', async () => {
  const { warnings } = await describe('', "<q:commandline xmlns:q='urn:q'><q:arg value='-s'/></q:commandline>");
  expect(warnings).toEqual([{ feature: 'vm.clone', detail: expect.stringContaining('arguments for QEMU') }]);
});
