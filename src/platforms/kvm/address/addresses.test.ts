import { expect, it } from 'vitest';
import type { VmAddress } from '../../contract.ts';
import { readAddressRule } from './address-rule.ts';
import { addressesIn } from './addresses.ts';
import { onceEach } from './guest-addresses.ts';

const shown = (all: readonly VmAddress[]) => all.map(({ address }) => address).join(' ');

it('shows addresses that a user could connect to, IPv4 first, each once', () => {
  const at = (...addresses: readonly string[]) => ({
    name: 'eth0',
    mac: undefined,
    addresses: addresses.map((address) => ({ type: 0, address, prefix: 24 })),
  });
  expect(
    shown(
      addressesIn(
        [
          at('FE80::1', '127.0.0.1', '::1', '2001:db8::1', '10.0.0.5'),
          at('169.254.7.7', '10.0.0.5', '::1:2', '10.0.0.6'),
        ],
        'lease',
      ),
    ),
  ).toBe('10.0.0.5 10.0.0.6 2001:db8::1 ::1:2');
});

const FOUND: readonly VmAddress[] = [
  { address: '192.168.1.7', source: 'static' },
  { address: '10.1.2.3', source: 'lease', mac: '52:54:00:00:00:01' },
  { address: '10.1.2.3', source: 'agent' },
  { address: 'fd00::5', source: 'agent' },
  { address: '172.16.0.9', source: 'arp' },
];

it.each([
  ['', '192.168.1.7 10.1.2.3 fd00::5 172.16.0.9'],
  ['10.0.0.0/8', '10.1.2.3 192.168.1.7 fd00::5 172.16.0.9'],
  ['arp, ipv6', '172.16.0.9 fd00::5 192.168.1.7 10.1.2.3'],
  ['fd00::/16 172.16.0.0/12 lease', 'fd00::5 172.16.0.9 10.1.2.3 192.168.1.7'],
  ['ipv4', '192.168.1.7 10.1.2.3 172.16.0.9 fd00::5'],
])('F-113 puts the address first that the rule %j prefers', (rule, order) => {
  expect(shown(readAddressRule(rule)(onceEach(FOUND)))).toBe(order);
});

it.each(['10.0.0.0', '10.0.0.0/33', 'fd00::/129', 'lan', '10.0.0/8'])('takes %j for no rule', (word) => {
  expect(() => readAddressRule(word)).toThrow(`prefer-ip: "${word}" is no network`);
});
