import { FleetError } from '../../errors.ts';
import { didYouMean } from '../../nearest.ts';
import { EXIT } from '../command.ts';
import type { OwnCommand } from '../own-command.ts';
import { plain } from './candidate.ts';
import { completionScripts, SHELLS } from './scripts.ts';

export const completionCommand: OwnCommand = {
  word: 'completion',
  help: 'Print what a shell loads to complete commands, flags and names: bash, zsh or fish.',
  takes: 'SHELL',
  flags: [],
  candidates: (before) => (before.length === 0 ? plain(SHELLS) : []),
  async run({ printer }, { words: [word = ''] }) {
    const shell = SHELLS.find((known) => known === word);
    if (!shell) {
      throw new FleetError('usage', `for which shell? ${SHELLS.join(', ')}${didYouMean(word, SHELLS)}`, {
        fix: 'eval "$(drover completion bash)" in ~/.bashrc; drover completion fish | source',
      });
    }
    await printer.print(completionScripts[shell].trimEnd());
    return EXIT.done;
  },
};
