import { VM_STATES, type Vm } from '../../platforms/contract.ts';
import type { Fleet } from '../fleet/fleet.ts';

/** What a word of the filter language compares: a text as a whole, a number, or a size in bytes. */
export interface FilterWord {
  readonly word: string;
  readonly compares: 'text' | 'number' | 'size';
  readonly help: string;
}

export const filterWords: readonly FilterWord[] = [
  { word: 'name', compares: 'text', help: 'its whole name, where * stands for anything: name:web*' },
  { word: 'state', compares: 'text', help: `its state, which may be shortened: ${VM_STATES.join(', ')}` },
  { word: 'tag', compares: 'text', help: 'one of its tags' },
  { word: 'ip', compares: 'text', help: 'one of its addresses' },
  { word: 'node', compares: 'text', help: 'the node that it runs on' },
  { word: 'pool', compares: 'text', help: 'any pool around it, yours or the platform’s' },
  { word: 'endpoint', compares: 'text', help: 'the endpoint that it is seen through' },
  { word: 'platform', compares: 'text', help: 'the platform of that endpoint' },
  { word: 'plan', compares: 'text', help: 'the plan that it was made by' },
  { word: 'profile', compares: 'text', help: 'the profile that it was made from' },
  { word: 'image', compares: 'text', help: 'the image that its disk was made from' },
  { word: 'os', compares: 'text', help: 'the operating system in it, where that is known' },
  { word: 'flavor', compares: 'text', help: 'the size that it comes in, where there are such' },
  { word: 'owner', compares: 'text', help: 'whose it is, where that was written down' },
  { word: 'note', compares: 'text', help: 'what people have noted about it; note:* is every VM with a note' },
  { word: 'trouble', compares: 'text', help: 'what is wrong with it; trouble:* is every VM with something wrong' },
  { word: 'cpu', compares: 'number', help: 'its CPU load now, in percent of its own virtual CPUs' },
  { word: 'mem', compares: 'size', help: 'the memory that it uses now' },
  { word: 'memory', compares: 'size', help: 'the memory that it has' },
  { word: 'cpus', compares: 'number', help: 'how many virtual CPUs it has' },
  { word: 'storage', compares: 'size', help: 'what its disks can hold together' },
  { word: 'disk', compares: 'size', help: 'what goes from and to its disks in a second' },
  { word: 'net', compares: 'size', help: 'what goes from and to its networks in a second' },
];

/** The words of one kind of list. */
export interface FilterVocabulary {
  readonly words: readonly FilterWord[];
  readonly states: readonly string[];
}

const ofVms: FilterVocabulary = { words: filterWords, states: VM_STATES };

export interface FilterCompletion {
  /** The whole query with its last term gone on with. */
  readonly query: string;
  readonly help: string;
}

/**
 * What can follow in the last term of a query: the words of the language, behind `word:` its values. The terms before it
 * stay. `valuesOf` answers what a word can be compared with, as far as it is known.
 */
export function filterCompletions(
  query: string,
  valuesOf: (word: string) => readonly string[],
  { words, states }: FilterVocabulary = ofVms,
): readonly FilterCompletion[] {
  const start = query.lastIndexOf(' ') + 1;
  const before = query.slice(0, start);
  const not = query[start] === '!' ? '!' : '';
  const term = query.slice(start + not.length);
  const whole = (text: string, help: string) => ({ query: `${before}${not}${text}`, help });
  const asked = /^([a-z]+):/.exec(term)?.[1];
  if (asked === undefined) {
    return words.map(({ word, compares, help }) => whole(`${word}${compares === 'text' ? ':' : '>'}`, help));
  }
  const values = asked === 'state' ? states : valuesOf(asked);
  // A value with a blank would be two terms, and quotes can't be gone on with.
  return values.filter((value) => !/[\s"]/.test(value)).map((value) => whole(`${asked}:${value}`, ''));
}

/** VMs that are asked what can be compared with: enough for every word in use, and no pause in a large fleet. */
const VMS_ASKED = 5_000;

/** What a word of the language can be compared with in this fleet, each once, in order. */
export function valuesInFleet(word: string, fleet: Fleet): readonly string[] {
  const values = new Set<string>();
  const add = (value: string | undefined) => {
    if (value !== undefined && value !== '') values.add(value);
  };
  if (word === 'node') for (const { name } of fleet.nodes.values()) add(name);
  else if (word === 'endpoint') for (const name of fleet.endpoints.keys()) add(name);
  else if (word === 'platform') for (const { platform } of fleet.endpoints.values()) add(platform);
  else if (word === 'pool') for (const { name } of [...fleet.grouping.pools, ...fleet.pools.values()]) add(name);
  else if (OF_VMS[word]) {
    let asked = 0;
    for (const vm of fleet.vms.values()) {
      for (const value of OF_VMS[word](vm)) add(value);
      if (++asked === VMS_ASKED) break;
    }
  }
  return [...values].sort();
}

const OF_VMS: Readonly<Record<string, (vm: Vm) => readonly (string | undefined)[]>> = {
  tag: (vm) => vm.tags,
  plan: (vm) => [vm.plan],
  profile: (vm) => [vm.profile],
  image: (vm) => [vm.image],
  os: (vm) => [vm.os],
  flavor: (vm) => [vm.flavor],
  owner: (vm) => [vm.owner],
};
