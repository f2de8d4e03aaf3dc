import type { InstanceStateName } from '@aws-sdk/client-ec2';
import { expect, it } from 'vitest';
import { bootTimeOf, readMachine } from './machine.ts';

it.each<[InstanceStateName, Date | undefined, number | undefined]>([
  ['running', new Date('2026-03-01T10:00:00Z'), Date.UTC(2026, 2, 1, 10)],
  ['running', undefined, undefined],
  ['running', new Date(Number.NaN), undefined],
  ['stopped', new Date('2026-03-01T10:00:00Z'), undefined],
  ['pending', new Date('2026-03-01T10:00:00Z'), undefined],
])('an instance that is %s, launched at %s, runs since %s', (Name, LaunchTime, since) => {
  const machine = readMachine({ InstanceId: 'i-1', State: { Name }, LaunchTime });
  expect(machine && bootTimeOf(machine)).toBe(since);
});
