import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { refusal } from '../../../../test/contract/refusal.ts';
import { endpointName, nodeId, storageId } from '../../../ids.ts';
import { bytes, gib } from '../../../units.ts';
import { type ListBench, openListBench } from '../testkit/lists.ts';
import { faulted } from '../testkit/small-vcenter.ts';
import type { Properties } from '../testkit/small-world.ts';

let bench: ListBench;
beforeEach(async () => {
  bench = await openListBench(createTestClock());
});
afterEach(() => bench.close());

const VC = endpointName('vc');
const { signal } = new AbortController();
const list = async () => (await bench.connection.storage?.list?.(VC, signal)) ?? [];

const summary = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join('');
const mount = (host: string, values: Readonly<Record<string, string>> = {}): string =>
  `<DatastoreHostMount><key type="HostSystem">${host}</key><mountInfo><accessMode>readWrite</accessMode>${summary(values)}</mountInfo></DatastoreHostMount>`;
const SAN = {
  url: 'ds:///vmfs/volumes/5f-aa/',
  capacity: String(gib(100)),
  freeSpace: String(gib(40)),
  accessible: 'true',
  multipleHostAccess: 'true',
  type: 'VMFS',
  maintenanceMode: 'normal',
};
const datastore = (name: string, values: Partial<typeof SAN> = {}, host = ''): Properties => ({
  name,
  summary: summary({ ...SAN, ...values }),
  host,
});
const one = async (values: Partial<typeof SAN>, host = '') => {
  bench.put('group-s1', { 'Datastore:datastore-1': datastore('san', values, host) });
  return (await list())[0];
};

describe('datastores', () => {
  it('are listed with one request, those in a cluster of datastores too', async () => {
    bench.put('group-s1', {
      'Datastore:datastore-2': datastore('san%2f2'),
      'StoragePod:group-p1': { name: 'pod', parent: undefined, childEntity: { refs: ['Datastore:datastore-1'] } },
    });
    bench.vcenter.set('Datastore:datastore-1', datastore('san', {}, mount('host-1') + mount('host-2')));
    const before = bench.reads().length;
    expect(await list()).toEqual([
      {
        id: storageId(VC, 'datastore-1'),
        name: 'san',
        type: 'VMFS',
        node: undefined,
        shared: true,
        active: true,
        size: gib(100),
        used: gib(60),
        path: 'ds:///vmfs/volumes/5f-aa/',
        content: [],
      },
      expect.objectContaining({ id: storageId(VC, 'datastore-2'), name: 'san/2' }),
    ]);
    expect(bench.reads()).toHaveLength(before + 1);
  });

  it('belong to a host when it alone mounts them', async () => {
    const local = mount('host-3') + mount('host-1', { mounted: 'false' });
    expect(await one({ multipleHostAccess: 'false' }, local)).toMatchObject({
      node: nodeId(VC, 'host-3'),
      shared: false,
    });
  });

  it('are shared when the server does not say so, but several hosts mount them', async () => {
    const { multipleHostAccess: _left, ...rest } = SAN;
    const put = (host: string) =>
      bench.put('group-s1', { 'Datastore:datastore-1': { name: 'nfs', summary: summary(rest), host } });
    put(mount('host-1') + mount('host-2'));
    expect(await list()).toMatchObject([{ shared: true }]);
    put(mount('host-1'));
    expect(await list()).toMatchObject([{ shared: undefined }]);
  });

  it('have no size and no place while they are not accessible, since those are not valid then', async () => {
    expect(await one({ accessible: 'false' })).toMatchObject({
      active: false,
      size: undefined,
      used: undefined,
      path: undefined,
    });
  });

  it.each([
    ['normal', true],
    ['enteringMaintenance', true],
    ['inMaintenance', false],
  ])('in the mode %s are active: %s', async (maintenanceMode, active) =>
    expect(await one({ maintenanceMode })).toMatchObject({ active, size: gib(100) }),
  );

  it('say which hosts have lost them, and why, also when others still reach them', async () => {
    const lost = { accessible: 'false', inaccessibleReason: 'PermanentDeviceLoss' };
    const storage = await one({}, mount('host-1', lost) + mount('host-2') + mount('host-3', { accessible: 'false' }));
    expect(storage).toMatchObject({
      active: true,
      trouble: { message: "1 of 3 hosts can't reach it: PermanentDeviceLoss", since: bench.clock.now() },
    });
  });

  it.each(['-1', '1e3', '99999999999999999999', 'many', ''])('with a capacity of "%s" have no size', async (capacity) =>
    expect(await one({ capacity })).toMatchObject({ size: undefined, used: undefined }),
  );

  it('with more room than they have say nothing of what is used', async () => {
    expect(await one({ freeSpace: String(gib(101)) })).toMatchObject({ size: gib(100), used: undefined });
    expect(await one({ freeSpace: '0' })).toMatchObject({ used: gib(100) });
    expect(await one({ freeSpace: String(gib(100)) })).toMatchObject({ used: bytes(0) });
  });

  it('stay in the list when nothing of them may be read', async () => {
    bench.put('group-s1', {
      'Datastore:datastore-1': { name: undefined, summary: undefined, host: undefined },
      'Datastore:datastore-2': datastore('san'),
    });
    expect(await list()).toMatchObject([
      { name: 'datastore-1', active: false, trouble: { message: expect.stringContaining('System.Read') } },
      { name: 'san', active: true },
    ]);
  });

  it('on several pages are read to the last one', async () => {
    const page = (value: string, token: string) =>
      `<returnval>${token}<objects><obj type="Datastore">${value}</obj><propSet><name>name</name><val>${value}</val></propSet></objects></returnval>`;
    bench.vcenter.answer('RetrievePropertiesEx', () => page('datastore-1', '<token>2</token>'));
    bench.vcenter.answer('ContinueRetrievePropertiesEx', ({ body }) =>
      body.includes('<token>2</token>') ? page('datastore-2', '<token>3</token>') : page('datastore-3', ''),
    );
    expect((await list()).map(({ name }) => name)).toEqual(['datastore-1', 'datastore-2', 'datastore-3']);
  });

  it('are refused as an error when the whole list is refused', async () => {
    bench.vcenter.answer('RetrievePropertiesEx', () =>
      faulted('NoPermission', '<privilegeId>System.View</privilegeId>', 'Permission was denied'),
    );
    expect(await refusal(list())).toMatchObject({
      code: 'auth.forbidden',
      message: expect.stringContaining('System.View'),
    });
    bench.vcenter.answer('RetrievePropertiesEx', () => faulted('ManagedObjectNotFound'));
    expect(await refusal(list())).toMatchObject({ code: 'op.conflict', fix: 'read it again' });
  });
});
