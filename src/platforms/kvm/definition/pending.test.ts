import { expect, it } from 'vitest';
import { isSettling, pendingIn } from './pending.ts';

const guest = (memory: number, max: number, vcpus: number, maxVcpus: number) =>
  `<domain type='kvm'><memory unit='MiB'>${max}</memory><currentMemory unit='MiB'>${memory}</currentMemory>
    <vcpu current='${vcpus}'>${maxVcpus}</vcpu></domain>`;

it('says what the next start will change, and nothing when that is nothing', async () => {
  const running = guest(128, 256, 1, 2);
  expect(await pendingIn(running, guest(128, 256, 1, 2))).toEqual([]);
  expect(await pendingIn(running, guest(512, 512, 4, 4))).toEqual([
    ...['Memory 512M', 'Max memory 512M', 'vCPUs 4', 'Max vCPUs 4'],
  ]);
});

it('F-071 takes memory that the balloon of a guest has still to give back for no change, and what was changed since for one', async () => {
  expect(await pendingIn(guest(256, 256, 1, 2), guest(128, 256, 1, 2), true)).toEqual([]);
  expect(await pendingIn(guest(256, 256, 1, 2), guest(128, 256, 1, 2))).toEqual(['Memory 128M']);
  expect(await pendingIn(guest(192, 256, 1, 2), guest(128, 256, 1, 2), true)).toEqual(['Memory 128M']);
  expect(await pendingIn(guest(256, 256, 1, 2), guest(512, 512, 1, 2), true)).toEqual([
    'Memory 512M',
    'Max memory 512M',
  ]);
  expect([isSettling(1_000, 60_999), isSettling(1_000, 61_000), isSettling(undefined, 0)]).toEqual([
    true,
    false,
    false,
  ]);
});

it('names devices that come and go with the next start', async () => {
  const having = (devices: string) => `<domain><memory>1</memory><devices>${devices}</devices></domain>`;
  const disk = (target: string) => `<disk><target dev='${target}'/></disk>`;
  const nic = "<interface><mac address='52:54:00:00:00:0a'/></interface>";
  expect(await pendingIn(having(disk('vda') + disk('vdc')), having(disk('vda') + disk('vdb') + nic))).toEqual([
    ...['disk vdb', 'NIC 52:54:00:00:00:0a', 'no disk vdc'],
  ]);
});

it('F-071 names settings of the definition, but for a CPU that libvirt has written out', async () => {
  const having = (more: string) => `<domain><memory>1</memory>${more}</domain>`;
  const model = "<cpu mode='custom'><model>EPYC</model><feature name='aes' policy='require'/></cpu>";
  const running = having(`<clock offset='utc'/>${model}`);
  expect(await pendingIn(running, having("<clock offset='localtime'/><cpu mode='host-model'/>"))).toEqual([
    'Clock localtime',
  ]);
  expect(await pendingIn(running, having(`${model}<os><kernel>/k</kernel></os><devices><rng/></devices>`))).toEqual([
    ...['Kernel /k', 'Clock none', 'Random numbers yes'],
  ]);
  expect(await pendingIn(running, having("<clock offset='utc'/><cpu><model>qemu64</model></cpu>"))).toEqual([
    'CPU qemu64',
  ]);
});
