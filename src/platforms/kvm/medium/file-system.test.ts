import { expect, it } from 'vitest';
import { FleetError } from '../../../errors.ts';
import { mib } from '../../../units.ts';
import type { Settings } from '../../contract.ts';
import type { HostFiles } from '../host/host-files.ts';
import { createMake } from '../make/create.ts';
import { procedures } from '../rpc/protocol.ts';
import { DIR, disk, guestWithDevices, volumeXml, WEB1 } from '../testkit/guest-with-devices.ts';
import { makingHost } from '../testkit/making-host.ts';
import { ENDPOINT } from '../testkit/scripted-host.ts';

/** A login on the host; `fails`: its programs make nothing. */
function login(fails?: FleetError): { readonly files: HostFiles; readonly made: string[] } {
  const made: string[] = [];
  const files: HostFiles = {
    look: async (paths) => new Map(paths.map((path) => [path, { is: 'there', id: path, isFile: true, changed: 0 }])),
    links: async () => new Map(),
    backings: async () => new Map(),
    device: async () => ({ uses: [], kin: [] }),
    async makeFileSystem(path, { kind, content }) {
      if (fails) throw fails;
      made.push([kind, 'on', path, ...(content ? ['with', content] : [])].join(' '));
    },
    remove: async () => undefined,
    firstLine: async () => undefined,
    hostname: async () => 'host1',
  };
  return { files, made };
}

async function withRow(row: Settings, files?: HostFiles) {
  const host = await guestWithDevices({
    pools: { data: DIR },
    volumes: { data: { 'web1.qcow2': volumeXml('web1.qcow2') } },
    saved: disk('/d/web1.qcow2'),
    ...(files && { files }),
  });
  host.answer(procedures.hostname, () => 'host1');
  const { settings, signal } = host;
  const before = await settings.settings(WEB1, 'config', signal);
  const disks = [...(before['disk'] as readonly Settings[]), { size: mib(64), ...row }];
  return { ...host, change: () => settings.configure(WEB1, 'config', { disk: disks }, before, signal) };
}

it('F-085 a new disk of a VM gets a file system before it is attached, and is raw', async () => {
  const { files, made } = login();
  const { change, sent } = await withRow({ 'file-system': 'ext4' }, files);
  await change();
  expect(made).toEqual(['ext4 on /d/web1_1.raw']);
  expect(sent[0]).toContain('<format type="raw"/>');
  expect(sent[1]).toContain('<source file="/d/web1_1.raw"/>');
});

it('F-086 gets the files of a folder or an archive', async () => {
  const { files, made } = login();
  await (await withRow({ 'file-system': 'ext4', content: '/srv/site.tar' }, files)).change();
  expect(made).toEqual(['ext4 on /d/web1_1.raw with /srv/site.tar']);
});

function newVm(files: HostFiles) {
  const { host, signal, sent, answer } = makingHost({ files });
  answer(procedures.hostname, () => 'host1');
  const none = { uuid: undefined, cpuModel: undefined, cpuVendor: undefined };
  const capabilities = { ...none, arch: 'x86_64', domainTypes: ['kvm'] };
  const make = createMake({ host, capabilities, touched: () => undefined });
  const disk = [{}, { size: mib(64), 'file-system': 'swap' }];
  return { sent, create: () => make(ENDPOINT, { name: 'web1', disk }, signal) };
}

it('F-085 of a new VM one disk gets a file system', async () => {
  const { files, made } = login();
  const { sent, create } = newVm(files);
  await create();
  expect(made).toEqual(['swap on /d/web1_1.raw']);
  expect(sent.slice(0, 3)).toEqual([
    expect.stringContaining('web1_0.qcow2'),
    expect.stringMatching(/web1_1\.raw.*<format type="raw"\/>/),
    expect.stringContaining('DEFINE'),
  ]);
});

it('a disk of a new VM that the host may still write to stays, and is named', async () => {
  const { sent, create } = newVm(login(new FleetError('outcome.unknown', 'the host may still write')).files);
  await expect(create()).rejects.toMatchObject({
    code: 'outcome.unknown',
    message: expect.stringMatching(
      /may still write; what may be there: the volume web1_1\.raw in \S+, the volume web1_0/,
    ),
    fix: expect.stringContaining('web1_1.raw'),
  });
  expect(sent.map((line) => line.split(' ')[0]?.toLowerCase())).not.toContain('delete');
});

it('a disk whose file system could not be made is taken back', async () => {
  const fails = new FleetError('op.failed', '/d/web1_1.raw got no xfs: mkfs.xfs: not found');
  const { change, sent, volumes } = await withRow({ 'file-system': 'xfs' }, login(fails).files);
  await expect(change()).rejects.toThrow('/d/web1_1.raw got no xfs: mkfs.xfs: not found');
  expect(sent.map((line) => line.split(' ')[0])).toEqual(['create', 'delete']);
  expect(volumes()).toEqual(['web1.qcow2']);
});

it.each<readonly [string, Settings, HostFiles | undefined, string]>([
  ['without a login', { 'file-system': 'ext4' }, undefined, 'op.unsupported'],
  [
    'with files in a file system that takes none',
    { 'file-system': 'xfs', content: '/srv' },
    login().files,
    'op.refused',
  ],
  ['with files in no file system', { content: '/srv' }, login().files, 'op.refused'],
  ['with files of no whole path', { 'file-system': 'ext4', content: 'srv' }, login().files, 'op.refused'],
  ['on an image', { 'file-system': 'ext4', format: 'qcow2' }, login().files, 'op.refused'],
])('is refused %s, before anything is made', async (_when, row, files, code) => {
  const { change, sent } = await withRow(row, files);
  await expect(change()).rejects.toMatchObject({ code });
  expect(sent).toEqual([]);
});
