import { expect, it } from 'vitest';
import { usableAddresses } from './addresses.ts';

it('shows addresses that a user could connect to, IPv4 first, each once', () => {
  const at = (...addresses: readonly string[]) => ({
    name: 'eth0',
    mac: undefined,
    addresses: addresses.map((address) => ({ type: 0, address, prefix: 24 })),
  });
  expect(
    usableAddresses([
      at('FE80::1', '127.0.0.1', '::1', '2001:db8::1', '10.0.0.5'),
      at('169.254.7.7', '10.0.0.5', '::1:2', '10.0.0.6'),
    ]),
  ).toEqual(['10.0.0.5', '10.0.0.6', '2001:db8::1', '::1:2']);
});
