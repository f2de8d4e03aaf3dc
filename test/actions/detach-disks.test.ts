import { describe, expect, it } from 'vitest';
import { detachDisksAction } from '../../src/actions/detach-disks.ts';
import { FleetError } from '../../src/errors.ts';
import { type DiskId, diskId, endpointName, vmId } from '../../src/ids.ts';
import type { AttachedDisk, Connection, Disk, Settings, Vm } from '../../src/platforms/contract.ts';

const id = vmId(endpointName('one'), 'web1');
const vm = { id, name: 'web1' } as Vm;
const cancelled = new FleetError('op.cancelled', 'cancelled');

const disk = (device: string, more: Partial<Disk> = {}): AttachedDisk => ({
  ...{
    id: diskId(id, device),
    name: device,
    device,
    path: `/d/${device}`,
    size: undefined,
    type: 'disk',
    format: 'raw',
  },
  ...{ bus: 'virtio', storage: undefined, readOnly: false, shareable: false },
  ...more,
});
const deviceOf = (one: DiskId): string => String(one).replace(/^.*#/, '');

/** The action on a VM with these disks; `answer` is the platform's to the detach of one. */
function on(disks: readonly AttachedDisk[], answer: (device: string) => readonly string[] = () => []) {
  const left = [...disks];
  const controller = new AbortController();
  const { signal } = controller;
  const connection = {
    disk: {
      list: async () => [...left],
      async detach(one: DiskId) {
        signal.throwIfAborted();
        const details = answer(deviceOf(one));
        left.splice(
          left.findIndex((each) => each.id === one),
          1,
        );
        return { warnings: details.map((detail) => ({ feature: 'disk.detach', detail })) };
      },
    },
  } as unknown as Connection;
  return {
    controller,
    left,
    read: async () => (await detachDisksAction.reads?.(connection, vm, signal)) ?? {},
    send: (args: Settings) => detachDisksAction.send(connection, vm, args, signal, () => {}),
  };
}

describe('the other disks of a VM', () => {
  it.each<readonly [string, readonly AttachedDisk[], readonly string[]]>([
    [
      'all but the first in the boot order, wherever it stands',
      [disk('vda', { bootOrder: 2 }), disk('hda', { type: 'cdrom', bootOrder: 1 }), disk('sda', { bootOrder: 1 })],
      ['stays: sda (/d/sda)', 'goes: vda (/d/vda)'],
    ],
    [
      'those that are not in the boot order, where one is',
      [disk('vda'), disk('vdb', { bootOrder: 3 }), disk('vdc')],
      ['stays: vdb (/d/vdb)', 'goes: vda (/d/vda)', 'goes: vdc (/d/vdc)'],
    ],
    [
      'all but the first, where no order is known',
      [disk('vda'), disk('vdb')],
      ['stays: vda (/d/vda)', 'goes: vdb (/d/vdb)'],
    ],
    ['none, where it has one disk', [disk('hda', { type: 'cdrom' }), disk('vda')], []],
  ])('F-265 are %s; they are named before it is asked', async (_what, disks, lines) => {
    const { left, read, send } = on(disks);
    const args = await read();
    expect(detachDisksAction.differs?.(args)).toEqual(lines);
    await send(args);
    const goes = lines.flatMap((line) => /^goes: (\S+)/.exec(line)?.[1] ?? []);
    expect(left.map(({ name }) => name)).toEqual(disks.map(({ name }) => name).filter((name) => !goes.includes(name)));
  });

  it('stay where they are when others are there than those that were shown', async () => {
    const { left, read, send } = on([disk('vda'), disk('vdb')]);
    const args = await read();
    left.push(disk('vdc'));
    await expect(send(args)).rejects.toMatchObject({ code: 'op.conflict' });
    expect(left).toHaveLength(3);
  });

  it('go with what the platform warns of, each by its name', async () => {
    const { read, send } = on([disk('vda'), disk('vdb'), disk('vdc')], (device) => [`${device} is in the next start`]);
    const { warnings } = await send(await read());
    expect(warnings.map(({ detail }) => detail)).toEqual([
      'vdb: vdb is in the next start',
      'vdc: vdc is in the next start',
    ]);
  });

  it.each([
    { what: 'are refused', code: 'op.refused', message: 'web1: busy; detached before: vdb' },
    {
      ...{ what: 'are given up', code: 'op.cancelled' },
      message: 'cancelled; what was sent before may still happen; detached before: vdb',
    },
  ])('that went are named when the next ones $what', async ({ code, message }) => {
    const { controller, read, send } = on([disk('vda'), disk('vdb'), disk('vdc')], (device) => {
      if (device !== 'vdc') return [];
      if (code === 'op.cancelled') controller.abort(cancelled);
      throw code === 'op.cancelled' ? cancelled : new FleetError('op.refused', 'web1: busy');
    });
    await expect(send(await read())).rejects.toMatchObject({ code, message });
  });
});
