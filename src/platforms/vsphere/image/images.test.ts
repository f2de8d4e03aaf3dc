import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { endpointName, imageId } from '../../../ids.ts';
import { bytes } from '../../../units.ts';
import { fixture } from '../testkit/fixture.ts';
import { type ListBench, openListBench } from '../testkit/lists.ts';
import { aVm } from '../testkit/small-world.ts';

let bench: ListBench;
beforeEach(async () => {
  bench = await openListBench(createTestClock());
});
afterEach(() => bench.close());

const VC = endpointName('vc');
const { signal } = new AbortController();
const list = async () => (await bench.connection.image?.list?.(VC, signal)) ?? [];
const GOLDEN = 'VirtualMachine:vm-3';

describe('templates', () => {
  it('are listed as images, and no other VM is', async () => {
    bench.vcenter.set(GOLDEN, {
      name: 'golden%2f12',
      'summary.config.guestFullName': 'Debian GNU/Linux 12 (64-bit)',
      'summary.config.instanceUuid': '5012-cc',
      'summary.config.vmPathName': '[san [1]%2f2] golden/golden.vmtx',
      'summary.storage.committed': '123456789',
    });
    const before = bench.reads().length;
    expect(await list()).toEqual([
      {
        id: imageId(VC, 'vm-3'),
        name: 'golden/12',
        identity: '5012-cc',
        type: 'template',
        format: undefined,
        size: bytes(123_456_789),
        storage: 'san [1]/2',
        path: '[san [1]%2f2] golden/golden.vmtx',
        os: 'Debian GNU/Linux 12 (64-bit)',
        arch: undefined,
        created: undefined,
        status: 'connected',
        visibility: undefined,
      },
    ]);
    expect(bench.reads()).toHaveLength(before + 2);
  });

  it('are none, after one request, where no VM is one', async () => {
    bench.vcenter.remove(GOLDEN);
    const before = bench.reads().length;
    expect(await list()).toEqual([]);
    expect(bench.reads()).toHaveLength(before + 1);
  });

  it('tell when they were made to who asks a server that knows it', async () => {
    const said = fixture('service-content.xml').toString('utf8');
    const body = said.replace('<apiVersion>6.5<', '<apiVersion>8.0.2.0<');
    bench.vcenter.answer('RetrieveServiceContent', () => ({ status: 200, body }));
    await bench.reconnect();
    bench.vcenter.set(GOLDEN, { 'config.createDate': '2026-01-02T03:04:05Z' });
    expect(await list()).toMatchObject([{ created: Date.UTC(2026, 0, 2, 3, 4, 5) }]);
    bench.vcenter.set(GOLDEN, { 'config.createDate': 'yesterday' });
    expect(await list()).toMatchObject([{ created: undefined }]);
  });

  it.each(['inaccessible', 'invalid', 'orphaned'])('that are %s stay in the list, and say so', async (state) => {
    bench.vcenter.set(GOLDEN, { 'runtime.connectionState': state, 'config.template': undefined });
    expect(await list()).toMatchObject([
      { name: 'golden', status: state, trouble: { message: `the server says that it is ${state}` } },
    ]);
  });

  it('of a host that is disconnected are no trouble', async () => {
    bench.vcenter.set(GOLDEN, { 'runtime.connectionState': 'disconnected' });
    const [image] = await list();
    expect(image).toMatchObject({ status: 'disconnected' });
    expect(image).not.toHaveProperty('trouble');
  });

  it('that may not be read stay in the list', async () => {
    bench.vcenter.set(GOLDEN, { name: undefined, 'runtime.connectionState': undefined });
    expect(await list()).toMatchObject([
      { name: 'vm-3', size: undefined, trouble: { message: expect.stringContaining('System.Read') } },
    ]);
  });

  it('that go away while they are read are left out, and the others are not', async () => {
    bench.vcenter.set('VirtualMachine:vm-2', aVm('other', 'Folder:group-v2', { 'summary.config.template': 'true' }));
    bench.afterFirstRead(() => bench.vcenter.remove(GOLDEN));
    expect(await list()).toMatchObject([{ name: 'other' }]);
  });

  it.each(['', 'nowhere', '[] x', '[san]x'])('at "%s" are in no storage that is known', async (path) => {
    bench.vcenter.set(GOLDEN, { 'summary.config.vmPathName': path });
    expect(await list()).toMatchObject([{ storage: undefined }]);
  });
});
