import { expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { readHostSystem } from './host-system.ts';

const { signal } = new AbortController();

it('F-127 a host says what its operating system is, or nothing', async () => {
  const clock = createTestClock();
  const told = (answer: string) => readHostSystem(async () => answer, clock, signal);
  expect(await told('"Debian GNU/Linux 12 (bookworm)"\n')).toBe('Debian GNU/Linux 12 (bookworm)');
  expect(await told("'Arch Linux'\n")).toBe('Arch Linux');
  expect(await told('Void\nmore')).toBe('Void');
  expect(await told('""')).toBeUndefined();
  expect(await told('')).toBeUndefined();
  const refused = async () => {
    throw new Error('no shell here');
  };
  expect(await readHostSystem(refused, clock, signal)).toBeUndefined();
});

it('is not waited for when its shell does not answer', async () => {
  const clock = createTestClock();
  const silent = readHostSystem(() => new Promise(() => {}), clock, signal);
  await clock.pass(3_000);
  expect(await silent).toBeUndefined();
});
