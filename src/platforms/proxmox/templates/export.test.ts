/** Guests as templates, and templates as images, against the pretended cluster. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { present } from '../../../../test/contract/bench.ts';
import { refusal } from '../../../../test/contract/refusal.ts';
import { imageId, vmId } from '../../../ids.ts';
import { type Connected, openConnected, PVE } from '../testkit/connected.ts';
import type { WorldGuest } from '../testkit/world.ts';

const { signal } = new AbortController();
let open: Connected;
let guest: WorldGuest;

beforeAll(async () => {
  open = await openConnected();
});
afterAll(() => open.close());
beforeEach(() => {
  const { world } = open.server;
  for (const [volid, { vmid }] of world.volumes) if (vmid !== undefined && vmid < 900) world.volumes.delete(volid);
  world.guests.clear();
  guest = world.addGuest('qemu', 'pve1', { name: 'web1', scsi0: 'local-lvm:vm-VMID-disk-0,size=8G', template: '0' });
  open.server.tellNow();
});

const names = () => [...open.server.world.guests.values()].map(({ config }) => config['name']);
const exportAs = (name: string, storage = '', until = signal) =>
  present(open.connection.vm.export)(vmId(PVE, `qemu/${guest.vmid}`), { name, storage }, until);
const templates = async () =>
  (await present(open.connection.image?.list)(PVE, signal)).filter(({ type }) => type === 'template');

describe('a guest that is exported', () => {
  it('F-392 is a template of a whole copy, in another storage where that is asked for, and an image', async () => {
    const { id } = await exportAs('golden', 'nas');
    expect(await templates()).toMatchObject([{ id, name: 'golden', identity: 'golden' }]);
    const made = present([...open.server.world.guests.values()].find(({ config }) => config['name'] === 'golden'));
    expect(made.config).toMatchObject({ template: '1', scsi0: expect.stringMatching(/^nas:\d+\/base-\d+-disk-0/) });
    expect(guest.config['scsi0']).toContain(`local-lvm:vm-${guest.vmid}-disk-0`);
    const { id: linked } = await present(open.connection.vm.create)(
      PVE,
      { name: 'web2', image: 'golden', start: false },
      signal,
    );
    open.server.tellNow();
    const { planDelete, delete: remove } = present(open.connection.image);
    const plan = await present(planDelete)(id as never, signal);
    expect(plan.goes[0]).toBe('the template golden');
    expect(plan.refused).toContain('is used by web2');
    expect((await refusal(present(remove)(id as never, signal))).code).toBe('op.refused');
    await present(open.connection.vm.delete)(linked, { keepDisks: false, snapshots: false }, signal);
    await present(remove)(id as never, signal);
    expect([await templates(), names()]).toEqual([[], ['web1']]);
  });

  it('is a template of containers where it is a container', async () => {
    const { world, tellNow } = open.server;
    const container = { hostname: 'dns1', rootfs: 'local-lvm:subvol-VMID-disk-0,size=4G' };
    const { vmid } = world.addGuest('lxc', 'pve2', container);
    tellNow();
    const spec = { name: 'dns', storage: '' };
    await present(open.connection.vm.export)(vmId(PVE, `lxc/${vmid}`), spec, signal);
    const images = await present(open.connection.image?.list)(PVE, signal);
    expect(images.filter(({ name }) => name === 'dns')).toMatchObject([{ type: 'container template' }]);
    const { id } = await present(open.connection.vm.create)(PVE, { name: 'dns2', image: 'dns', start: false }, signal);
    expect(world.guests.get(Number(id.split('/').at(-1)))?.kind).toBe('lxc');
  });

  it.each<[string, () => unknown, string, string]>([
    ['one that runs', () => Object.assign(guest, { status: 'running' }), 'golden', 'op.conflict'],
    ['a name that a guest has', () => {}, 'web1', 'op.conflict'],
    ['a name that no host has', () => {}, 'a_b', 'op.refused'],
  ])('is refused before anything is sent: %s', async (_what, set, name, code) => {
    set();
    open.server.tellNow();
    const before = open.server.requests.length;
    expect((await refusal(exportAs(name))).code).toBe(code);
    expect(open.server.requests.slice(before).filter((one) => !one.startsWith('GET '))).toEqual([]);
  });

  it.each<[string, string]>([
    ['copied', 'qmclone'],
    ['made a template', 'qmtemplate'],
  ])('leaves nothing when it can not be %s', async (_what, task) => {
    open.server.world.failNext(task, 'no space left');
    const error = await refusal(exportAs('golden'));
    expect([error.code, error.message]).toEqual(['op.failed', expect.stringContaining('no space left')]);
    expect(names()).toEqual(['web1']);
  });

  it('is stopped when it is given up, and named where it may come all the same', async () => {
    const giveUp = new AbortController();
    open.server.answerInstead = (method, path) => {
      if (method === 'GET' && /qmclone/.test(path)) giveUp.abort();
      return undefined;
    };
    try {
      await expect(exportAs('golden', '', giveUp.signal)).rejects.toMatchObject({
        message: expect.stringMatching(/what may be there: the guest \d+ on pve1/),
        fix: expect.stringContaining('pvesh delete /nodes/pve1/qemu/'),
      });
    } finally {
      open.server.answerInstead = undefined;
    }
    expect(open.server.requests.filter((request) => /^DELETE .*qmclone/.test(request))).toHaveLength(1);
  });
});

it('an image that is no template, or not there any more, is none', async () => {
  const { planDelete } = present(open.connection.image);
  for (const key of [`qemu/${guest.vmid}`, 'qemu/4711'])
    expect((await refusal(present(planDelete)(imageId(PVE, key), signal))).code).toBe('image.not-found');
});
