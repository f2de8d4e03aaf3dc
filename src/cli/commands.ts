import { type Tables, tables } from '../actions/tables.ts';
import type { Manifest } from '../platforms/contract.ts';
import { platforms } from '../platforms/registry.ts';
import { applianceCommands } from './appliances/appliance-commands.ts';
import { applicationCommands } from './appliances/application-commands.ts';
import { attachCommands } from './attach-commands.ts';
import type { Command } from './command.ts';
import { configCommands, endpointCommands } from './config-commands.ts';
import { consoleLogCommand } from './console-log-command.ts';
import { copyCommand } from './copy-command.ts';
import { countCommands } from './count-commands.ts';
import { createCommand } from './create-command.ts';
import { changeDefinitionCommands } from './definitions/change-commands.ts';
import { definitionNodeCommands } from './definitions/node-commands.ts';
import { showDefinitionCommands } from './definitions/show-commands.ts';
import { editCommand } from './edit-command.ts';
import { endpointFormCommands } from './endpoint-commands.ts';
import { historyCommand, nodeHistoryCommand } from './history-command.ts';
import { listedCommands } from './listed-commands.ts';
import { migrateCommands } from './migrate-commands.ts';
import { nodeFileCommands } from './node-file-commands.ts';
import { nodeInfoCommand } from './node-info.ts';
import { nodeListCommand } from './node-list.ts';
import { nodeRunCommand } from './node-run-command.ts';
import { nodeSetupCommand } from './node-setup/node-setup-command.ts';
import { notificationListCommand } from './notification-command.ts';
import { objectCommands } from './object-commands.ts';
import { planListCommand } from './plan-list-command.ts';
import { platformListCommand } from './platform-list.ts';
import { poolCommands } from './pool-commands.ts';
import { poolSummaryCommand } from './pool-summary-command.ts';
import { profileCommands } from './profile-commands.ts';
import { scheduleCommands } from './schedules/schedule-commands.ts';
import { screenshotCommand } from './screenshot-command.ts';
import { sshCommand } from './ssh-command.ts';
import { taskCommands } from './task-commands.ts';
import { addImageCommand } from './templates/add-command.ts';
import { templateCommands } from './templates/template-commands.ts';
import { topCommands } from './top-commands.ts';
import { vmInfoCommand } from './vm-info.ts';
import { vmListCommand } from './vm-list.ts';
import { vmStatusCommand } from './vm-status.ts';
import { waitCommand } from './wait-command.ts';
import { watchedCommands } from './watched-commands.ts';

/** Every command of these tables and platforms, in the order of the help. */
export const commandsOf = (
  { actions, kinds }: Pick<Tables, 'actions' | 'kinds'>,
  manifests: readonly Manifest[] = platforms.map(({ manifest }) => manifest),
): readonly Command[] => [
  vmListCommand,
  vmInfoCommand,
  vmStatusCommand,
  waitCommand,
  nodeListCommand,
  ...watchedCommands(kinds),
  nodeInfoCommand,
  platformListCommand,
  ...taskCommands,
  notificationListCommand,
  ...scheduleCommands((first, second) => {
    const found = findCommand(first, second, commandsOf({ actions, kinds }, manifests));
    return found && 'command' in found ? found.command : undefined;
  }),
  createCommand(manifests),
  ...objectCommands(actions, kinds),
  ...migrateCommands,
  ...listedCommands(actions, kinds),
  editCommand(manifests),
  ...attachCommands,
  nodeRunCommand,
  nodeSetupCommand,
  ...nodeFileCommands,
  sshCommand,
  copyCommand,
  consoleLogCommand,
  historyCommand,
  nodeHistoryCommand,
  ...topCommands,
  ...countCommands,
  screenshotCommand,
  ...configCommands,
  ...poolCommands,
  poolSummaryCommand,
  ...showDefinitionCommands,
  ...changeDefinitionCommands,
  ...definitionNodeCommands,
  ...profileCommands,
  planListCommand,
  ...templateCommands,
  ...applianceCommands,
  ...applicationCommands,
  ...endpointFormCommands(manifests),
  ...endpointCommands,
];

export const commands: readonly Command[] = commandsOf(tables);

export const nounsOf = (all: readonly Command[]): readonly string[] => [...new Set(all.map(({ noun }) => noun))];

/** Other words for the nouns, from the tools that people come from. */
const NOUNS: Readonly<Record<string, string>> = {
  vms: 'vm',
  nodes: 'node',
  pools: 'pool',
  endpoints: 'endpoint',
  platforms: 'platform',
  host: 'endpoint',
  hosts: 'endpoint',
  client: 'endpoint',
  clients: 'endpoint',
};

/** The plural is as good as the singular. */
const nounOf = (word: string, all: readonly Command[]): string | undefined => {
  const nouns = nounsOf(all);
  const noun = NOUNS[word] ?? word;
  return [noun, noun.replace(/s$/, '')].find((one) => nouns.includes(one));
};

/** The verb that an alias of the noun's actions stands for: `vm reboot` is `vm restart`. */
function verbOf(noun: string, word: string): string {
  const action = tables.actions.find(({ aliases = [] }) => aliases.includes(`${noun}.${word}`));
  return action ? action.id.slice(action.id.indexOf('.') + 1) : word;
}

/** ConVirt's command. */
const ADD_IMAGE = 'add_image';

export type Found =
  /** So many words are its own. */
  { readonly command: Command; readonly used: 1 | 2 } | { readonly noun: string; readonly verb: string | undefined };

/** `vm pause web1`, and kcli's order as well: `pause vm web1`. Undefined when neither word is a noun. */
export function findCommand(
  first: string | undefined,
  second: string | undefined,
  all: readonly Command[] = commands,
): Found | undefined {
  if (first === ADD_IMAGE) return { command: addImageCommand, used: 1 };
  const own = first === undefined ? undefined : nounOf(first, all);
  const [noun, verb] = own ? [own, second] : [second && nounOf(second, all), first];
  if (!noun) return undefined;
  const wanted = verb === undefined ? undefined : verbOf(noun, verb);
  const command = all.find((one) => one.noun === noun && one.verb === wanted);
  return command ? { command, used: 2 } : { noun, verb };
}
