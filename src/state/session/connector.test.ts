import { expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { FleetError } from '../../errors.ts';
import { endpointName } from '../../ids.ts';
import type { Ask, Connection, Platform, Settings } from '../../platforms/contract.ts';
import { createConnector } from './connector.ts';

const name = endpointName('host1');

/** Lets those in that know the password, and asks for it where none is configured. */
function open(configured: () => Settings, code?: string) {
  const sent: string[] = [];
  let allowed = 'right';
  const connect: Platform['connect'] = async ({ values }, { ask }) => {
    const password = String(values['password'] ?? (await ask.secret?.('Password of root')) ?? '');
    if (password === '') throw new FleetError('auth.needs-secret', 'a password is needed');
    sent.push(password);
    if (password !== allowed)
      throw new FleetError('auth.rejected', 'host1 refused this login', { refused: 'password' });
    if (code !== undefined && (await ask.secret?.('One-time code')) !== code)
      throw new FleetError('auth.rejected', 'the one-time code is wrong');
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
    allow(password: string) {
      allowed = password;
    },
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

it('keeps a configured password where another part of the login was refused', async () => {
  const { sent, attempt } = open(() => ({ password: 'right' }), '123');
  expect(await attempt(answering('132'))).toBe('auth.rejected');
  expect(await attempt(answering('123'))).toBe('in');
  expect(sent).toEqual(['right', 'right']);
});

it('sends a configured password again once it got in when it was typed', async () => {
  const { sent, attempt, allow } = open(() => ({ password: 'old' }));
  expect(await attempt()).toBe('auth.rejected');
  allow('old');
  expect(await attempt(answering('old'))).toBe('in');
  expect(await attempt()).toBe('in');
  expect(sent).toEqual(['old', 'old', 'old']);
});
