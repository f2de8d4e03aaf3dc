import { example, heading, type Topic, terms, text } from './topic.ts';

/** The rule for values, one sentence each: the page docs/json.md has the same. */
export const unitsText: readonly string[] = [
  'Sizes are whole numbers of bytes, rates are bytes a second, CPU load is percent of the VM’s own virtual CPUs.',
  'A size that is typed, in a flag, a form or a filter, is 4GiB, 512M or 1.5T; without a unit it counts bytes, so that what JSON prints can be given back. An amount of memory below 67108864 (64MiB) needs its unit.',
  'Instants are ISO 8601 in UTC. What is not known is null, in CSV empty, never 0.',
  'Every object has the same keys each time; keys may be added in later versions, none changes its meaning.',
  'A VM and a node have the same keys and ids in list and info, and a file that the screen exports has them too. Each id, and each uuid that only one VM has, is taken by every command.',
  'Keys that are for people, with texts that may change, are error, reason, detail, fix, description and more.',
  'In CSV a list of words is joined by blanks, and a list of objects is JSON in one cell.',
];

export const outputTopic: Topic = {
  name: 'output',
  help: 'Forms of output for people and programs; units.',
  async blocks() {
    return [
      text('-o says how a command prints. Data goes to stdout, messages for people to stderr.'),
      terms([
        ['table', 'for people; wide has every column'],
        ['json', 'indented JSON; jsoncompact is the same in one line'],
        ['yaml', 'the same as YAML'],
        ['csv', 'a line for each row; a cell that a spreadsheet would run as a formula starts with an apostrophe'],
        ['name', 'only ids, one a line'],
      ]),
      heading('Values'),
      ...unitsText.map(text),
      heading('Verbs'),
      text(
        'A verb that changes something prints {"result": "success"}, or {"result": "failure", "reason": …, "code": …}; for several objects a list, each with its name. docs/json.md lists every key of every command.',
      ),
      example(
        'drover vm info web1 -o json --fields id,memory,ips',
        'drover vm list -o csv --columns name,node,memory',
        'drover vm status web1',
      ),
    ];
  },
};
