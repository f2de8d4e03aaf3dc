import { beforeEach, describe, expect, it } from 'vitest';
import { FleetError } from '../../../errors.ts';
import { gib } from '../../../units.ts';
import type { Api } from '../api.ts';
import { createConsoles } from '../console.ts';
import { readInfo } from '../info.ts';
import { CRASHED, ID, type OneServer, oneServer, VM } from '../testkit/one-server.ts';
import { createDelete } from './delete.ts';

const { signal } = new AbortController();
let on: OneServer;
beforeEach(() => {
  on = oneServer();
});

describe('deleting a server', () => {
  let glance: Api | undefined;
  let cinder: Api | undefined;
  const images = [
    { id: 'i1', name: 'web1-shelved' },
    { id: 'i2', name: 'monday', created_at: '2026-01-01T00:00:00Z' },
    { id: '' },
    { id: 'i3' },
  ];
  beforeEach(() => {
    glance = { get: async () => ({ images }) } as unknown as Api;
    cinder = {
      get: async (path: string) => {
        if (path !== '/volumes/v1') throw new FleetError('op.failed', 'no');
        return { volume: { name: 'data', size: 5 } };
      },
    } as unknown as Api;
    on.stand('stopped', {
      image: '',
      'os-extended-volumes:volumes_attached': [
        { id: 'v1', delete_on_termination: false },
        { id: 'v2', delete_on_termination: true },
      ],
      addresses: { net: [{ addr: '203.0.113.7', 'OS-EXT-IPS:type': 'floating' }, { addr: '10.0.0.7' }] },
    });
    on.answers['/os-volume_attachments'] = () => ({
      volumeAttachments: [
        { volumeId: 'v1', device: '/dev/vda' },
        { volumeId: 'v2', device: '/dev/vdb' },
        { volumeId: 'v3', device: '/dev/vdc', delete_on_termination: false },
      ],
    });
  });
  const ops = () => createDelete(on.calls, { glance, cinder });
  const remove = (keepDisks: boolean) => ops().delete(VM, { keepDisks, snapshots: false }, signal);

  it('tells what goes and what stays', async () => {
    expect(await ops().planDelete(VM, signal)).toEqual({
      goes: ['v2'],
      stays: [
        'data v1 (a volume of its own)',
        'v3 (a volume of its own)',
        '203.0.113.7 (a floating IP)',
        'web1-shelved (an image that was made of it)',
        'monday (an image that was made of it)',
        'i3 (an image that was made of it)',
      ],
      snapshots: [],
    });
    on.stand('shelved', { image: { id: 'x' } });
    glance = undefined;
    expect(await ops().planDelete(VM, signal)).toEqual({
      goes: [`${ID}/root`],
      stays: [],
      snapshots: [],
      keepDisksRefused: 'Nova deletes the disks that it made for a server together with it; make an image of it first',
    });
    on.stand('suspended', { image: '' });
    expect(await ops().planDelete(VM, signal)).toEqual({ goes: [], stays: [], snapshots: [], savedMemory: true });
  });

  it('lets go of the volumes that would go, where they are to stay', async () => {
    expect(await remove(true)).toEqual({ task: 'req-1', warnings: [] });
    expect(on.sent).toEqual([
      'PUT /os-volume_attachments/v2 {"volumeAttachment":{"volumeId":"v2","delete_on_termination":false}}',
      'DELETE ',
    ]);
    on.sent.splice(0);
    on.request = undefined;
    expect(await remove(false)).toEqual({ warnings: [] });
    expect(on.sent).toEqual(['DELETE ']);
  });

  it.each([
    [84, true],
    [85, false],
  ])('can not let go of them in a Nova of 2.%i: %s', async (minor, refused) => {
    on.cloud['version'] = [2, minor];
    const why = 'this Nova is too old to let go of a volume (before 2.85)';
    expect((await ops().planDelete(VM, signal)).keepDisksRefused).toBe(refused ? why : undefined);
    if (!refused) return;
    await expect(remove(true)).rejects.toMatchObject({ code: 'op.unsupported', message: `web1: ${why}` });
    expect(on.sent).toEqual([]);
    on.answers['/os-volume_attachments'] = () => ({ volumeAttachments: [{ volumeId: 'v1' }] });
    expect(await ops().planDelete(VM, signal)).not.toHaveProperty('keepDisksRefused');
  });

  it.each([
    ['active', undefined, 'is running', 'stop it first'],
    ['paused', undefined, 'is paused', 'stop it first'],
    ['rescued', undefined, 'is running', 'stop it first'],
    ['resized', undefined, 'is running', 'stop it first'],
    ['active', 'rebooting', 'is not off yet (ACTIVE (rebooting))', 'wait until it is, or stop it first'],
    ['paused', 'deleting', 'is not off yet (PAUSED (deleting))', 'wait until it is, or stop it first'],
    ['rescued', 'rebooting', 'is not off yet (RESCUED (rebooting))', 'wait until it is, or stop it first'],
    [
      'resized',
      'resize_reverting',
      'is not off yet (RESIZED (resize_reverting))',
      'wait until it is, or stop it first',
    ],
  ])('is refused for one that is %s (%s)', async (vmState, task, why, fix) => {
    on.stand(vmState, { 'OS-EXT-STS:task_state': task });
    await expect(remove(false)).rejects.toMatchObject({ code: 'op.conflict', message: `web1 ${why}`, fix });
    expect(on.sent).toEqual([]);
  });

  it.each([
    ['active', CRASHED],
    ['resized', { 'OS-EXT-STS:power_state': 4 }],
    ['error', {}],
    ['suspended', {}],
    ['shelved_offloaded', {}],
    ['building', { 'OS-EXT-STS:task_state': 'spawning' }],
  ])('is done for one that is %s %j', async (vmState, more) => {
    on.stand(vmState, more);
    await remove(false);
    expect(on.sent).toEqual(['DELETE ']);
  });

  it('passes over what Glance and Cinder do not tell, but not over faults of our own', async () => {
    glance = { get: () => Promise.reject(new FleetError('host.unreachable', 'away')) } as unknown as Api;
    expect((await ops().planDelete(VM, signal)).stays.join()).not.toContain('image');
    cinder = undefined;
    expect((await ops().planDelete(VM, signal)).stays[0]).toBe('v1 (a volume of its own)');
    const bug = new TypeError('a bug');
    for (const place of ['glance', 'cinder']) {
      const broken = { get: () => Promise.reject(bug) } as unknown as Api;
      glance = place === 'glance' ? broken : undefined;
      cinder = place === 'cinder' ? broken : undefined;
      await expect(ops().planDelete(VM, signal)).rejects.toBe(bug);
    }
  });

  it('shows the same images and volumes among what there is to know', async () => {
    Object.assign(on.server, {
      image: { id: 'img' },
      flavor: { original_name: 'm1', vcpus: 1, ram: 1 },
      description: 'front',
      tenant_id: 'p-1',
      key_name: 'anna',
      locked: true,
      fault: { message: 'no room' },
      tags: ['a', 'b'],
      metadata: { plan: 'x', profile: 'y', owner: 'z', none: '' },
      created: '2026-01-01T00:00:00Z',
      'OS-EXT-AZ:availability_zone': 'nova',
      'OS-EXT-SRV-ATTR:hypervisor_hostname': 'c1',
    });
    on.answers['/images'] = () => ({ images: [{ id: 'img', name: 'debian' }] });
    const info = await readInfo(on.calls, { glance, cinder }, VM, signal);
    const snapshot = { parent: undefined, current: false, memory: false, external: undefined, description: undefined };
    expect(info).toMatchObject({
      state: 'stopped',
      created: Date.UTC(2026, 0, 1),
      row: { ips: ['203.0.113.7', '10.0.0.7'], image: 'debian' },
      nics: [{ device: 'eth0', mac: '', net: 'net', type: undefined, ips: ['203.0.113.7', '10.0.0.7'] }],
      description: 'front',
    });
    expect(info.snapshots?.slice(0, 2)).toEqual([
      { ...snapshot, id: `${VM}#i1`, name: 'web1-shelved', created: undefined },
      { ...snapshot, id: `${VM}#i2`, name: 'monday', created: Date.UTC(2026, 0, 1) },
    ]);
    expect(info.disks?.map((disk) => [Object.keys(disk).length, disk.device, disk.size])).toEqual([
      [9, 'root', undefined],
      [9, '/dev/vda', gib(5)],
      [9, '/dev/vdb', undefined],
      [9, '/dev/vdc', undefined],
    ]);
    expect(info.more).toEqual([
      ['Flavor', 'm1'],
      ['Floating', '203.0.113.7'],
      ['Zone', 'nova'],
      ['Host', 'c1'],
      ['Region', 'R'],
      ['Project', 'p-1'],
      ['Key pair', 'anna'],
      ['Locked', 'yes'],
      ['Fault', 'no room'],
      ['Tags', 'a, b'],
      ['owner', 'z'],
    ]);
    on.stand('stopped', { locked: true, locked_reason: 'audit', metadata: { '': 'x' } });
    const little = await readInfo(on.calls, { glance: undefined, cinder }, VM, signal);
    expect(little).toMatchObject({ description: undefined, row: { ips: [] }, nics: [], snapshots: [] });
    expect(little.row).not.toHaveProperty('image');
    expect(little.more).toEqual([
      ['Region', 'R'],
      ['Locked', 'audit'],
    ]);
  });
});

describe('the console of a server', () => {
  const serial = () => createConsoles(on.calls).serial(VM, { force: false }, signal);

  it('is not opened where the server does not run', async () => {
    on.stand('stopped');
    await expect(serial()).rejects.toMatchObject({
      code: 'op.conflict',
      message: 'web1 does not run: its console is not available',
      fix: 'start it first',
    });
    expect(on.sent).toEqual([]);
  });

  it.each([[{}], [{ remote_console: { url: 'gopher://x' } }], [{ remote_console: { url: 'nowhere' } }]])(
    'at %j has no address',
    async (body) => {
      on.answers['POST /remote-consoles'] = () => body;
      await expect(serial()).rejects.toMatchObject({
        code: 'host.protocol',
        message: 'web1: Nova offers a console without an address',
      });
      expect(on.sent).toEqual(['POST /remote-consoles {"remote_console":{"protocol":"serial","type":"serial"}}']);
    },
  );

  it('that does not answer was not changed by that', async () => {
    const output = () => createConsoles(on.calls).output(VM, signal);
    let error: Error = new FleetError('outcome.unknown', 'lost');
    on.answers['POST /action'] = () => {
      throw error;
    };
    await expect(output()).rejects.toMatchObject({
      code: 'host.unreachable',
      message: 'web1: no answer from its console',
      retry: true,
      cause: error,
    });
    error = new FleetError('op.conflict', 'not ready');
    await expect(output()).rejects.toBe(error);
    on.answers['POST /action'] = () => ({ output: 'Booting' });
    expect(await output()).toEqual({ text: 'Booting', at: undefined });
    on.answers['POST /action'] = () => ({});
    expect(await output()).toEqual({ text: '', at: undefined });
    expect(on.sent.at(-1)).toBe('POST /action {"os-getConsoleOutput":{}}');
  });
});
