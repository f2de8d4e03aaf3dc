import { type FilterWord, filterWords } from '../../state/query/filter-words.ts';
import { nodeFilterWords } from '../../state/query/node-filter.ts';
import { example, type Topic, terms, text } from './topic.ts';

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
        'A text is compared as a whole, with * for anything and commas or | between alternatives: name:db*,web*. So name:web1 is never web10; a word alone, or web|db, finds parts of names, addresses and tags. Numbers and sizes take >, <, >=, <= and =; a size is written 512M or 4GiB, and without a unit counts bytes, as JSON prints it (memory below 64MiB needs its unit); cpu is in percent. ! before a term turns it round, quotes keep blanks together, and capitals don’t matter. What is unknown fits no comparison.',
      ),
      text(
        'With --filter a verb is for all that match. One that interrupts VMs lists them and asks first; without a terminal it needs --yes. One that destroys leaves out, and names, those that it can’t be done to.',
      ),
      text('Over nodes, in the list of nodes and for drover node list, a filter has these words:'),
      example('state:up cpu>80 used>90 !pool:lab'),
      terms([
        ['TEXT', 'a word alone is looked for in name, address and version'],
        ...nodeFilterWords.map(({ word, compares, help }) => [spelling[compares](word), help] as const),
      ]),
      text(
        'On the screen esc takes the filter away, and n and N still go from match to match of it, through the whole tree and into what is folded; { leads back to where you were.',
      ),
    ];
  },
};
