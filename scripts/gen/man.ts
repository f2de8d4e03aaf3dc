import { type Command, globalFlags } from '../../src/cli/command.ts';
import { commands } from '../../src/cli/commands.ts';
import { type Flag, spelledFlag } from '../../src/cli/flags.ts';
import { lineOf, ownLineOf } from '../../src/cli/help.ts';
import { ownCommands } from '../../src/cli/own-commands.ts';
import { topics } from '../../src/cli/topics/topics.ts';
import { programVersion } from '../../src/version.ts';
import type { Generated } from './generated.ts';
import { bold, quoted, roff, tagged } from './roff.ts';

/** The page of the manual: commands, flags and topics, as `drover help` has them. */
export const generated: Generated = {
  path: 'docs/drover.1',
  async make() {
    const chapters = await Promise.all(
      topics.map(async ({ name, blocks }) => [
        `.SH ${quoted(name.toUpperCase().replaceAll('-', ' '))}`,
        ...(await blocks()).map(roff),
      ]),
    );
    return `${[
      '.\\" Written by `npm run gen` from the commands, flags and topics of the program.',
      `.TH DROVER 1 "" ${quoted(`drover ${programVersion()}`)} "User Commands"`,
      '.SH NAME',
      'drover \\- keyboard-driven terminal manager for fleets of virtual machines',
      '.SH SYNOPSIS',
      '.B drover',
      '[\\fB\\-\\-demo\\fR[=\\fIVMS\\fR]] [\\fB\\-\\-config\\fR \\fIFILE\\fR] [\\fB\\-\\-read\\-only\\fR] [\\fB\\-\\-plain\\fR]',
      '.br',
      '.B drover',
      '\\fINOUN VERB\\fR [\\fINAME\\fR...] [\\fIFLAGS\\fR]',
      '.SH DESCRIPTION',
      'One tree of pools, nodes and VMs over every platform, live, from a keyboard, over SSH. Without a command the fleet of',
      'the configuration is shown on the screen; with one, that is done and the program ends.',
      '.SH COMMANDS',
      ...commands.flatMap(commandLines),
      ...ownCommands.map((own) => tagged(bold(ownLineOf(own).usage), own.help)),
      '.SH FLAGS',
      'These go with every command.',
      ...globalFlags.map(flagLine),
      ...chapters.flat(),
    ].join('\n')}\n`;
  },
};

/** A command's own flags stand below it, but for those that are a platform's fields: there are too many. */
function commandLines(command: Command): readonly string[] {
  const flags = command.flags([]);
  const line = tagged(bold(lineOf(command).usage), command.help);
  if (flags.length === 0) return [line];
  if (flags.length > MOST_FLAGS)
    return [
      line,
      `Its flags are the fields of the platforms: ${bold(`drover ${command.noun} ${command.verb} --help`)}.`,
    ];
  return [line, '.RS', ...flags.map(flagLine), '.RE'];
}

const MOST_FLAGS = 6;

const flagLine = (flag: Flag): string => tagged(bold(spelledFlag(flag).trim()), flag.help.split('\n', 1)[0] ?? '');
