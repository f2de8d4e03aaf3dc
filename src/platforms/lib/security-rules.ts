import type { SecurityRule } from '../contract.ts';

type Words = Pick<SecurityRule, 'direction' | 'protocol' | 'ports' | 'peer'>;

/** What a rule is called, since platforms give them no names: `in tcp 22 from 0.0.0.0/0`. */
export const nameOfRule = ({ direction, protocol, ports, peer }: Words): string =>
  [direction, protocol, ports, direction === 'in' ? 'from' : 'to', peer].filter((word) => word !== undefined).join(' ');
