import { expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { FleetError } from '../../errors.ts';
import { endpointName } from '../../ids.ts';
import type { Ask, Connection, Platform, Settings } from '../../platforms/contract.ts';
import { createConnector } from './connector.ts';

const name = endpointName('host1');

/** Lets those in that know the password, and asks for it where none is configured. */
function open(configured: () => Settings) {
  const sent: string[] = [];
  const connect: Platform['connect'] = async ({ values }, { ask }) => {
    const password = String(values['password'] ?? (await ask.secret?.('Password of root')) ?? '');
    if (password === '') throw new FleetError('auth.needs-secret', 'a password is needed');
    sent.push(password);
    if (password !== 'right') throw new FleetError('auth.rejected', 'host1 refused this login');
    return { password } as unknown as Connection;
  };
  const connector = createConnector({
    spec: {
      ...{ name, platform: 'fake', address: 'root@host1', everyMs: 1, silentMs: 1, enabled: true },
      resolve: async () => ({ name, platform: 'fake', values: configured() }),
      rejected() {},
    },
    clock: createTestClock(),
    signal: new AbortController().signal,
    load: async () => ({ connect }) as Platform,
    wire() {},
  });
  return {
    sent,
    attempt: (ask: Ask = {}) =>
      connector.connect(ask).then(
        () => 'in',
        (error: FleetError) => error.code,
      ),
  };
}
const answering = (answer: string): Ask => ({ secret: async () => answer });

it('F-228 asks for a configured password that was refused, and does not send it again', async () => {
  const { sent, attempt } = open(() => ({ password: 'old' }));
  expect(await attempt(answering('right'))).toBe('auth.rejected');
  expect(await attempt()).toBe('auth.needs-secret');
  expect(await attempt(answering('wrong'))).toBe('auth.rejected');
  expect(await attempt(answering('right'))).toBe('in');
  expect(sent).toEqual(['old', 'wrong', 'right']);
});

it('takes the configured password again once it is another one', async () => {
  let password = 'old';
  const { sent, attempt } = open(() => ({ password }));
  expect(await attempt()).toBe('auth.rejected');
  password = 'right';
  expect(await attempt()).toBe('in');
  expect(sent).toEqual(['old', 'right']);
});
