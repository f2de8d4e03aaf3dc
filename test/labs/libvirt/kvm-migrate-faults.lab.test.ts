/** What breaks while memory and disks are on their way: the VM runs exactly once afterwards, where it was. */
import { expect, it } from 'vitest';
import { run } from '../command.ts';
import { aroundEach, dieFor, failed, killQemu, moveAnd, moveWith, NAME, OWN, SHARED } from './broken-moves.ts';
import { host1, host2, restoreHost, virsh } from './hosts.ts';
import { SPEC, volumesIn, whereIs } from './migrating.ts';
import { makeMovable } from './movable-guests.ts';
import { inHost } from './namespaces.ts';

aroundEach();

it('the daemon of the target dies while memory comes: it goes on where it was', async () => {
  await makeMovable(host1, NAME, SHARED);
  await failed(moveAnd(() => dieFor(host2, 2_000)));
  await restoreHost(host2);
  expect(await whereIs(NAME)).toEqual(['host1: running']);
});

it('the daemon of the source dies while memory goes: it goes on where it was, and the target has nothing', async () => {
  await makeMovable(host1, NAME, SHARED);
  await failed(moveAnd(() => dieFor(host1, 2_000)));
  await restoreHost(host1);
  expect(await whereIs(NAME)).toEqual(['host1: running']);
});

it('the guest of the source dies on the way: it is nowhere else', async () => {
  await makeMovable(host1, NAME, SHARED);
  const error = await failed(moveAnd(() => killQemu(host1)));
  expect(error).toMatchObject({ code: expect.stringMatching(/^op\./) });
  expect(await whereIs(NAME)).toEqual(['host1: shut off']);
});

it('the target is full: it goes on where it was, and the target has nothing of it', async () => {
  await makeMovable(host1, NAME, { ...OWN, running: false });
  await run(['qemu-io', '-f', 'qcow2', '-c', 'write -P 7 0 8M', `${host1.dir}/lib/images/${NAME}.qcow2`]);
  await virsh(host1, 'start', NAME);
  const folder = '/var/lib/libvirt/tiny';
  await inHost(host2, 'sh', '-c', `mkdir -p ${folder} && mount -t tmpfs -o size=16m tmpfs ${folder}`);
  await virsh(host2, 'pool-create-as', 'tiny', 'dir', '--target', folder);
  try {
    const fills = () =>
      inHost(host2, 'sh', '-c', `dd if=/dev/zero of=${folder}/other bs=1M count=15 2>/dev/null; true`);
    const spec = { ...SPEC, copyDisks: true, storage: 'tiny' };
    const error = await failed(moveWith({ step: 'PREPARE', when: 'before', happens: fills }, spec));
    expect(error.message).not.toBe('it has moved');
    expect(await whereIs(NAME)).toEqual(['host1: running']);
    expect(await volumesIn(host2, 'tiny')).toEqual(['other']);
  } finally {
    await virsh(host2, 'pool-destroy', 'tiny');
    await inHost(host2, 'umount', folder);
  }
});
