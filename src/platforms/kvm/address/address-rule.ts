/** Which of a guest's addresses comes first: the user's rule, in words (`10.0.0.0/8, ipv4, agent`). */
import { BlockList, isIP } from 'node:net';
import { FleetError } from '../../../errors.ts';
import type { VmAddress } from '../../contract.ts';
import { wordsIn } from '../../lib/spec-values.ts';

/** The same addresses, those that come earlier in the rule first; others stay in their order behind them. */
export type AddressRule = (addresses: readonly VmAddress[]) => readonly VmAddress[];

type Test = (address: VmAddress) => boolean;

const SOURCES = ['agent', 'lease', 'arp', 'static'] as const;

/** Throws config.invalid for a word that is none. */
export function readAddressRule(text: string): AddressRule {
  const tests = wordsIn(text).map(testOf);
  const rank = (address: VmAddress): number => {
    const at = tests.findIndex((test) => test(address));
    return at < 0 ? tests.length : at;
  };
  return (addresses) => addresses.toSorted((a, b) => rank(a) - rank(b));
}

function testOf(word: string): Test {
  if (word === 'ipv4') return ({ address }) => isIP(address) === 4;
  if (word === 'ipv6') return ({ address }) => isIP(address) === 6;
  const source = SOURCES.find((one) => one === word);
  if (source) return (address) => address.source === source;
  const [net = '', bits = ''] = word.split('/');
  const version = isIP(net);
  const length = Number(bits);
  if (version === 0 || !/^\d{1,3}$/.test(bits) || length > (version === 4 ? 32 : 128))
    throw new FleetError('config.invalid', `prefer-ip: ${JSON.stringify(word)} is no network`, {
      fix: `give networks such as 10.0.0.0/8, ipv4, ipv6, ${SOURCES.join(', ')}`,
    });
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(net, length, family);
  return ({ address }) => isIP(address) === version && list.check(address, family);
}
