import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { FleetError } from '../../errors.ts';
import type { VmId } from '../../ids.ts';
import { gib } from '../../units.ts';
import type { VmInfo } from '../contract.ts';
import { readInfo } from './info.ts';
import { snapshotsOf } from './snapshot/snapshots.ts';
import { type Answers, CT1, scriptedGuests, WEB1 } from './testkit/scripted-api.ts';

const { signal } = new AbortController();
const clock = createTestClock();
const CONFIG = {
  meta: 'ctime=1700000000',
  onboot: 1,
  sockets: 2,
  description: 'plan=shop,profile=small,image=debian13\n',
  scsi0: 'lvm:vm-100-disk-0,size=8G',
  net0: 'virtio=BC:24:11:2E:C5:4A,bridge=vmbr0',
};
const AGENT = { 'ip-addresses': [{ 'ip-address': '10.0.0.5' }] };

async function read(id: VmId, current: object, config: object, more: Answers = {}): Promise<VmInfo> {
  const { calls } = scriptedGuests(
    current,
    {
      'GET /nodes/pve1/qemu/100/config': config,
      'GET /nodes/pve1/lxc/101/config': config,
      'GET /nodes/pve1/qemu/100/snapshot': [{ name: 'current' }],
      'GET /nodes/pve1/lxc/101/snapshot': [],
      ...more,
    },
    clock,
  );
  return readInfo(calls, id, signal);
}

describe('the details of a guest', () => {
  it('have what its configuration says and what its agent tells', async () => {
    const info = await read(WEB1, { agent: 1, uptime: 60 }, CONFIG, {
      // An agent that may not answer is waited for three seconds.
      'GET /nodes/pve1/qemu/100/agent/network-get-interfaces': (sent: { deadlineMs: number }) => ({
        result: sent.deadlineMs === 3_000 ? [AGENT] : [],
      }),
    });
    expect(info).toEqual({
      state: 'running',
      created: 1_700_000_000_000,
      started: clock.now() - 60_000,
      row: { autostart: true, diskCount: 1, ips: ['10.0.0.5'], plan: 'shop', profile: 'small', image: 'debian13' },
      nics: [{ device: 'net0', mac: 'BC:24:11:2E:C5:4A', net: 'vmbr0', type: 'virtio' }],
      disks: [
        {
          device: 'scsi0',
          path: 'lvm:vm-100-disk-0',
          size: gib(8),
          type: 'disk',
          format: 'raw',
          bus: 'scsi',
          storage: 'lvm',
          readOnly: false,
          shareable: undefined,
        },
      ],
      snapshots: [],
      description: undefined,
      more: [
        ['Kind', 'virtual machine (QEMU)'],
        ['Sockets', '2'],
      ],
    });
  });

  it('have nothing where nothing is reported', async () => {
    const info = await read(WEB1, { status: 'stopped', qmpstatus: 'stopped', agent: 1 }, {});
    expect(info).toEqual({
      state: 'stopped',
      created: undefined,
      row: { autostart: false, diskCount: 0 },
      nics: [],
      disks: [],
      snapshots: [],
      description: undefined,
      more: [['Kind', 'virtual machine (QEMU)']],
    });
  });

  it('count no volume that is attached to nothing', async () => {
    const { row } = await read(WEB1, {}, { scsi0: 'lvm:vm-100-disk-0,size=8G', unused0: 'lvm:vm-100-disk-1' });
    expect(row?.diskCount).toBe(1);
  });

  it('ask the node of a container for its addresses, and no virtual machine without an agent', async () => {
    const interfaces = { 'GET /nodes/pve1/lxc/101/interfaces': [{ inet: '10.0.0.6/24' }] };
    expect((await read(CT1, {}, {}, interfaces)).row).toMatchObject({ ips: ['10.0.0.6'] });
    expect((await read(WEB1, { agent: 0 }, {})).row).toEqual({ autostart: false, diskCount: 0 });
  });

  it('come without addresses from an agent that does not answer', async () => {
    const path = 'GET /nodes/pve1/qemu/100/agent/network-get-interfaces';
    const silent = { [path]: new FleetError('op.timeout', 'silent') };
    expect((await read(WEB1, { agent: 1 }, {}, silent)).row).toEqual({ autostart: false, diskCount: 0 });
    await expect(read(WEB1, { agent: 1 }, {}, { [path]: new TypeError('bug') })).rejects.toThrow('bug');
  });

  it('say what high availability does with it, and which resource pool it is in', async () => {
    const rows = [{ type: 'qemu', vmid: 100, node: 'pve1', status: 'running', hastate: 'started', pool: 'shop' }];
    const info = await read(WEB1, {}, {}, { 'GET /cluster/resources': rows });
    expect(info.more).toContainEqual(['Resource pool', 'shop']);
    expect(info.more).toContainEqual(['High availability', 'started']);
  });

  it('have its snapshots, as their list has them', async () => {
    const rows = [
      { name: 'first', snaptime: 100 },
      { name: 'current', parent: 'first' },
    ];
    const info = await read(WEB1, {}, {}, { 'GET /nodes/pve1/qemu/100/snapshot': rows });
    expect(info.snapshots).toEqual(snapshotsOf(WEB1, rows, undefined));
    expect(info.snapshots).toHaveLength(1);
  });
});
