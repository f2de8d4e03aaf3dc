import { VM_STATES } from '../../platforms/contract.ts';
import { example, type Topic, terms, text } from './topic.ts';

/** What a word of the filter language compares: a text as a whole, a number, or a size in bytes. */
export interface FilterWord {
  readonly word: string;
  readonly compares: 'text' | 'number' | 'size';
  readonly help: string;
}

export const filterWords: readonly FilterWord[] = [
  { word: 'name', compares: 'text', help: 'its name' },
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
  { word: 'cpu', compares: 'number', help: 'its CPU load now, in percent of its own virtual CPUs' },
  { word: 'mem', compares: 'size', help: 'the memory that it uses now' },
  { word: 'memory', compares: 'size', help: 'the memory that it has' },
  { word: 'cpus', compares: 'number', help: 'how many virtual CPUs it has' },
];

const spelling: Readonly<Record<FilterWord['compares'], (word: string) => string>> = {
  text: (word) => `${word}:TEXT`,
  number: (word) => `${word}>NUMBER`,
  size: (word) => `${word}>SIZE`,
};

export const filterTopic: Topic = {
  name: 'filter',
  help: 'The language of / on the screen and of --filter.',
  async blocks() {
    return [
      text('A filter is one or more terms; a VM must fit them all.'),
      example('cpu>80 state:running pool:prod tag:web !name:db*'),
      terms([
        ['TEXT', 'a word alone is looked for in name, addresses and tags'],
        ...filterWords.map(({ word, compares, help }) => [spelling[compares](word), help] as const),
      ]),
      text(
        'A text is compared as a whole, with * for anything and commas between alternatives: name:db*,web*. Numbers and sizes take >, <, >=, <= and =; a size is written 512M or 4GiB. ! before a term turns it round, quotes keep blanks together, and capitals don’t matter. What is unknown fits no comparison.',
      ),
    ];
  },
};
