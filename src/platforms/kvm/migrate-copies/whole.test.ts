import { expect, it } from 'vitest';
import { FleetError } from '../../../errors.ts';
import { gib } from '../../../units.ts';
import type { Side } from '../migrate/side.ts';
import type { Copy } from '../migrate-checks/disks.ts';
import { procedures } from '../rpc/protocol.ts';
import { createScriptedClient, libvirtNo } from '../testkit/scripted-client.ts';
import { asWhole } from './whole.ts';

const POOL = { name: 'vms', uuid: Buffer.alloc(16) };
const volume = (name: string) => ({ pool: 'vms', name, key: `/d/${name}` });
const COPY = { name: 'web1.qcow2', from: volume('web1.qcow2'), size: gib(8), format: 'qcow2', fileSize: 1 } as Copy;

function setUp() {
  const { client, answer } = createScriptedClient();
  const made: string[] = [];
  const gone: string[] = [];
  answer(procedures.poolByName, () => POOL);
  answer(procedures.refreshPool, () => undefined);
  answer(procedures.listVolumes, () => ({ volumes: [volume('web1.qcow2'), volume('web1.qcow2.whole1')], count: 2 }));
  answer(procedures.createVolumeFrom, ({ xml, from }) => {
    made.push(`${from.name}: ${xml}`);
    return volume('web1.qcow2.whole2');
  });
  answer(procedures.volumeInfo, () => ({ type: 0, capacity: gib(8), allocation: 0 }));
  answer(procedures.volumeInfoWith, () => ({ type: 0, capacity: gib(8), allocation: 12_345 }));
  answer(procedures.deleteVolume, ({ volume: { name } }) => void gone.push(name));
  const host = { daemon: { control: async () => client }, clock: { after: () => () => undefined } };
  const side = { host, facts: { node: { name: 'host1' } } } as unknown as Side;
  const whole = (use: (copy: Copy) => Promise<void>, signal = patient()) => asWhole(side, COPY, signal, use);
  return { answer, made, gone, whole };
}
const patient = () => new AbortController().signal;

it('makes one file of a layered disk for as long as that is copied', async () => {
  const { whole, made, gone } = setUp();
  const used: unknown[] = [];
  await whole(async ({ from, fileSize }) => {
    expect(gone).toEqual([]);
    used.push(from.name, fileSize);
  });
  expect(used).toEqual(['web1.qcow2.whole2', 12_345]);
  expect(made).toEqual([expect.stringMatching(/^web1\.qcow2: .*<name>web1\.qcow2\.whole2<.*<format type="qcow2"\/>/)]);
  expect(gone).toEqual(['web1.qcow2.whole2']);
});

it('deletes it also when the copy fails', async () => {
  const { whole, gone } = setUp();
  const full = new FleetError('op.failed', 'the target is full');
  await expect(whole(() => Promise.reject(full))).rejects.toBe(full);
  expect(gone).toEqual(['web1.qcow2.whole2']);
});

it('says what may be left where libvirt gives no answer, and what is left where it refuses', async () => {
  const silent = setUp();
  silent.answer(procedures.createVolumeFrom, () => {
    throw new FleetError('host.unreachable', 'the link is lost');
  });
  await expect(silent.whole(async () => undefined)).rejects.toMatchObject({
    code: 'op.failed',
    fix: 'what removes it: virsh vol-delete --pool vms web1.qcow2.whole2',
  });
  const refusing = setUp();
  refusing.answer(procedures.deleteVolume, () => {
    throw libvirtNo(38, 'Permission denied');
  });
  await expect(refusing.whole(async () => undefined)).rejects.toMatchObject({
    message: expect.stringContaining('could not be deleted'),
    fix: 'what removes it: virsh vol-delete --pool vms web1.qcow2.whole2',
  });
});

it('names what libvirt goes on writing when the move is given up meanwhile, and waits no longer', async () => {
  const { answer, gone, whole } = setUp();
  const given = new AbortController();
  answer(procedures.createVolumeFrom, () => {
    given.abort(new FleetError('op.cancelled', 'cancelled'));
    return new Promise(() => undefined);
  });
  const used: string[] = [];
  await expect(whole(async ({ name }) => void used.push(name), given.signal)).rejects.toMatchObject({
    code: 'op.cancelled',
    message: expect.stringMatching(
      /the volume web1\.qcow2\.whole2 in vms, .*: virsh vol-delete --pool vms web1\.qcow2\.whole2 removes it/,
    ),
  });
  expect([used, gone]).toEqual([[], []]);
});
