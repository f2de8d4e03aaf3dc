import { FleetError } from '../errors.ts';
import { didYouMean } from '../nearest.ts';
import { EXIT } from './command.ts';
import { commands, findCommand, nounsOf } from './commands.ts';
import { nounCandidates, secondWords } from './completion/command-words.ts';
import { commandHelp, nounHelp, overview, ownHelp } from './help.ts';
import { meaningOf, spellMeaning } from './other-tools.ts';
import type { OwnCommand } from './own-command.ts';
import { plainText } from './topics/plain.ts';
import { topics } from './topics/topics.ts';

/** As `COMMAND --help` has it; a word behind the command names the platform whose flags are shown. */
const helpFor = ([platform]: readonly string[]): readonly string[] =>
  platform === undefined ? ['--help'] : ['--help', '--platform', platform];

/** `others`: the commands of one word beside this one. */
export function helpCommand(others: readonly OwnCommand[]): OwnCommand {
  const help: OwnCommand = {
    word: 'help',
    help: 'Say what there is, or all about a topic, a noun or a command.',
    takes: '[TOPIC]',
    flags: [],
    candidates([first, second]) {
      if (second !== undefined) return [];
      if (first !== undefined) return secondWords(first);
      return [
        ...topics.map((topic) => ({ value: topic.name, help: topic.help })),
        ...nounCandidates(),
        ...own.map(({ word, help: does }) => ({ value: word, help: does })),
      ];
    },
    async run({ printer, columns }, { words }) {
      await printer.print(await about(words, columns));
      return EXIT.done;
    },
  };
  const own = [help, ...others];

  /** A topic, a noun, a command of one word or of two; without words everything in short. */
  async function about([first, second, ...more]: readonly string[], columns: number | undefined): Promise<string> {
    if (first === undefined) return overview(own);
    const topic = topics.find(({ name }) => name === first);
    if (topic) return plainText(await topic.blocks(), columns);
    const one = own.find(({ word }) => word === first);
    if (one) return ownHelp(one);
    const found = findCommand(first, second);
    if (found && 'command' in found) return commandHelp(found.command, helpFor(more));
    if (found && found.verb === undefined) return nounHelp(found.noun);
    const meaning = meaningOf(second === undefined ? [first] : [first, second]);
    if (meaning) return spellMeaning(meaning);
    if (found) return nounHelp(found.noun);
    const known = [...topics.map(({ name }) => name), ...nounsOf(commands), ...own.map(({ word }) => word)];
    throw new FleetError('usage', `there is no help on ${JSON.stringify(first)}${didYouMean(first, known)}`, {
      fix: 'drover help lists what there is',
    });
  }
  return help;
}
