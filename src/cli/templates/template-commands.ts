import type { Command } from '../command.ts';
import { addTemplateCommand } from './add-command.ts';
import { templateArchiveCommands } from './archive-commands.ts';
import { editTemplateCommand } from './edit-command.ts';
import { templateGroupCommands } from './group-commands.ts';
import { templateListCommands } from './list-commands.ts';
import { templateMoveCommands } from './move-commands.ts';

/** The template library, in the order of the help. */
export const templateCommands: readonly Command[] = [
  ...templateListCommands,
  addTemplateCommand,
  editTemplateCommand,
  ...templateMoveCommands,
  ...templateArchiveCommands,
  ...templateGroupCommands,
];
