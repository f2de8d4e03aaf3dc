import { completionCommand } from './completion/completion-command.ts';
import { doctorCommand } from './doctor/doctor-command.ts';
import { helpCommand } from './help-command.ts';
import { importCommand } from './import/import-command.ts';
import type { OwnCommand } from './own-command.ts';
import { playCommand } from './play-command.ts';
import { versionCommand } from './version-command.ts';

const others = [doctorCommand, playCommand, importCommand, completionCommand, versionCommand];

/** The commands about drover itself, in the order of the help. */
export const ownCommands: readonly OwnCommand[] = [helpCommand(others), ...others];
