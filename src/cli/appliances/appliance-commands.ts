import type { Command } from '../command.ts';
import { importApplianceCommand } from './import-command.ts';
import { applianceListCommands } from './list-commands.ts';

/** Appliances, in the order of the help. */
export const applianceCommands: readonly Command[] = [...applianceListCommands, importApplianceCommand];
