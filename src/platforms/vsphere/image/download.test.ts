import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { destinationOf, sourceOf } from '../../../../test/contract/memory-files.ts';
import { imageId } from '../../../ids.ts';
import type { Connection } from '../../contract.ts';
import { connect } from '../connection.ts';
import { returned, type ScriptedVcenter, startScriptedVcenter } from '../testkit/scripted-vcenter.ts';
import { readOva } from './ova.ts';

const { signal } = new AbortController();
const DISKS = [Buffer.alloc(70_001, 'first'), Buffer.from('second')];
const sha1 = (disk = Buffer.alloc(0)) => createHash('sha1').update(disk).digest('hex');

let vcenter: ScriptedVcenter;
let connection: Connection;
let folder: string;
let host: ReturnType<typeof createServer>;
let give: (disk: Buffer, response: ServerResponse) => void;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-test-'));
  vi.stubEnv('TMPDIR', folder);
  give = (disk, response) => void response.end(disk);
  host = createServer(({ url }, response) => give(DISKS[Number(url?.at(-1))] ?? Buffer.alloc(0), response));
  await new Promise<void>((resolve) => void host.listen(0, '127.0.0.1', resolve));
  const { port } = host.address() as AddressInfo;
  vcenter = await startScriptedVcenter();
  connection = await connect(vcenter.endpoint, { signal, clock: createTestClock(), wire: () => {}, ask: {} });
  const device = (key: string, disk: boolean, at: number) =>
    `<deviceUrl><key>${key}</key><importKey></importKey><url>http://127.0.0.1:${port}/nfc/${at}</url><sslThumbprint></sslThumbprint><disk>${disk}</disk></deviceUrl>`;
  vcenter.vm.set('name', 'golden / 12');
  vcenter.vm.set('config.template', 'true');
  vcenter.vm.set('state', 'ready');
  vcenter.vm.set(
    'info',
    `<entity type="VirtualMachine">vm-143</entity>${device('/vm-143/disk:0', true, 0)}${device('/vm-143/nvram', false, 7)}${device('/vm-143/disk:1', true, 1)}<totalDiskCapacityInKB>1024</totalDiskCapacityInKB>`,
  );
  vcenter.answer('ExportVm', () => returned('HttpNfcLease', 'lease-1'));
  vcenter.answer('HttpNfcLeaseGetManifest', () => manifest('/vm-143/disk:0', sha1(DISKS[0])));
  vcenter.answer(
    'CreateDescriptor',
    () =>
      '<returnval><ovfDescriptor>&lt;Envelope/&gt;</ovfDescriptor><warning><localizedMessage>no USB</localizedMessage></warning></returnval>',
  );
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await connection.close();
  await vcenter.close();
  host.closeAllConnections();
  await new Promise<void>((resolve) => void host.close(() => resolve()));
  await rm(folder, { recursive: true });
});

const manifest = (key: string, sum: string) =>
  `<returnval><key>${key}</key><sha1>${sum}</sha1><size>1</size><disk>true</disk></returnval>`;
const download = (to: ReturnType<typeof destinationOf>) =>
  connection.image?.download?.(imageId(vcenter.endpoint.name, 'vm-143'), to, signal) ??
  Promise.reject(new Error('it is not there'));

describe('a template that is exported', () => {
  it('F-379 is an OVA: descriptor first, digests of all files, and each disk as the host has sent it', async () => {
    const to = destinationOf(Buffer.from('of another export'));
    expect(await download(to)).toEqual({ warnings: [{ feature: 'image.download', detail: 'no USB' }] });
    const source = sourceOf(to.content());
    const ova = await readOva(source);
    expect([ova.descriptor, ...ova.files.keys()]).toEqual([
      '<Envelope/>',
      'golden-12.ovf',
      'golden-12.mf',
      'disk1.vmdk',
      'disk2.vmdk',
    ]);
    for (const [at, name] of ['disk1.vmdk', 'disk2.vmdk'].entries()) {
      const { at: begins = 0, size = 0 } = ova.files.get(name) ?? {};
      const content = to.content().subarray(begins, begins + size);
      expect(content.equals(DISKS[at] as Buffer)).toBe(true);
      expect(ova.digests.get(name)?.hex).toBe(createHash('sha256').update(content).digest('hex'));
    }
    const asked = vcenter.asked.find(({ method }) => method === 'CreateDescriptor')?.body;
    expect(asked).toContain(
      '<ovfFiles><deviceId>/vm-143/disk:1</deviceId><path>disk2.vmdk</path><size>6</size></ovfFiles><name>golden / 12</name></cdp>',
    );
    expect(vcenter.sent()).toEqual([
      'ExportVm vm-143',
      'HttpNfcLeaseGetManifest lease-1',
      'HttpNfcLeaseComplete lease-1',
      'CreateDescriptor OvfManager',
    ]);
    expect(await readdir(folder)).toEqual([]);
  });

  it.each<[string, string, () => void]>([
    [
      'other bytes than the host has sent',
      'op.failed',
      () => vcenter.answer('HttpNfcLeaseGetManifest', () => manifest('/vm-143/disk:1', sha1())),
    ],
    [
      'a disk that breaks off',
      'host.unreachable',
      () => {
        give = (_disk, response) =>
          void response.writeHead(200, { 'content-length': '9' }).write('x', () => response.destroy());
      },
    ],
    [
      'a disk that the host refuses',
      'op.failed',
      () => {
        give = (_disk, response) => void response.writeHead(403).end();
      },
    ],
  ])('ends with %s, leaves the file as it was, no disk, and no lease', async (_what, code, prepare) => {
    prepare();
    const to = destinationOf(Buffer.from('before'));
    await expect(download(to)).rejects.toMatchObject({ code });
    expect(to.content().toString()).toBe('before');
    expect(vcenter.sent().at(-1)).toBe('HttpNfcLeaseAbort lease-1');
    expect(await readdir(folder)).toEqual([]);
  });

  it('is none that has hardware which no descriptor has words for', async () => {
    vcenter.answer(
      'CreateDescriptor',
      () =>
        '<returnval><ovfDescriptor></ovfDescriptor><error><localizedMessage>a GPU</localizedMessage></error></returnval>',
    );
    await expect(download(destinationOf(Buffer.alloc(0)))).rejects.toMatchObject({
      code: 'op.refused',
      message: expect.stringMatching(/can't describe it: a GPU$/),
    });
  });

  it('is no VM that is none', async () => {
    vcenter.vm.set('config.template', 'false');
    await expect(download(destinationOf(Buffer.alloc(0)))).rejects.toMatchObject({ code: 'image.not-found' });
    expect(vcenter.sent()).toEqual([]);
  });
});
