import type { Vm } from '../../platforms/contract.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { compileFilter } from './filter.ts';

/** What is a VM's own for long: what it does now must not take it out of the fleet while something is done to it. */
const WORDS = ['tag', 'tags', 'plan', 'profile', 'image', 'name'];
const TERM = new RegExp(`^!?(?:${WORDS.join('|')})[:=]`, 'i');

/** These words look at the VM alone. */
const NO_FLEET = {} as Fleet;

/** The test of a query that limits which VMs are there at all, as `tag:web plan:*`; a sentence when it is none. */
export function lastingFilter(query: string): ((vm: Vm) => boolean) | string {
  const other = query.match(/!?(?:"[^"]*"?|\S)+/g)?.find((term) => !TERM.test(term));
  if (other !== undefined) return `Filter: ${other} is not about tag, plan, profile, image or name`;
  const { filter, problem, unfinished } = compileFilter(query, NO_FLEET);
  const wrong = problem ?? unfinished;
  if (wrong) return `Filter: ${wrong.message}`;
  return filter ? (vm) => filter.accepts(vm) : () => true;
}
