import { expect, it } from 'vitest';
import { systemClock } from '../../clock.ts';
import { detectOn } from './detect.ts';
import { platform } from './index.ts';

const context = { signal: new AbortController().signal, clock: systemClock, wire: () => undefined, ask: {} };

const [MODULAR, OLD, KVM, SESSION] = [
  '/run/libvirt/virtqemud-sock',
  '/run/libvirt/libvirt-sock',
  '/dev/kvm',
  '/run/user/7/libvirt/libvirt-sock',
];
const unix = { transport: 'unix' };

it.each<[readonly string[], string | undefined, readonly unknown[]]>([
  [[], '/run/user/7', []],
  [[MODULAR, OLD, KVM], undefined, [{ name: 'db1', why: `${MODULAR} is there`, values: unix }]],
  [[OLD], undefined, [{ name: 'db1', why: `${OLD} is there`, values: unix }]],
  [[KVM], undefined, [{ name: 'db1', why: '/dev/kvm is there, but no libvirt daemon yet', values: unix }]],
  [[SESSION, 'undefined/libvirt/libvirt-sock'], undefined, []],
  [
    [OLD, SESSION],
    '/run/user/7',
    [
      { name: 'db1', why: `${OLD} is there`, values: unix },
      { name: 'db1-session', why: `${SESSION} is there`, values: { ...unix, driver: 'qemu:///session' } },
    ],
  ],
])('F-031 F-186 F-441 finds by %j what of libvirt is on a machine', (paths, runtimeDir, found) => {
  expect(detectOn({ host: 'db1', runtimeDir, isThere: (path) => paths.includes(path) })).toEqual(found);
});

it('names no endpoint by what is no name for one', () => {
  const [found] = detectOn({ host: 'a host', runtimeDir: undefined, isThere: () => true });
  expect(found?.name).toBe('localhost');
});

it('looks at this machine', async () => {
  expect(Array.isArray(await platform.detect?.(context))).toBe(true);
});
