import { type KindTable, kinds as ownKinds } from '../../state/kinds.ts';
import { appliance, applianceCatalog, vmApplication } from './appliance.ts';
import { definition, definitionInfo } from './definition.ts';
import { check, endpoint, endpointInfo, imported, importedVm } from './endpoint.ts';
import { tableSchemas } from './listed.ts';
import { nodeFile, nodeInfo, nodeRun, nodeSetup, nodeWithColumns } from './node.ts';
import { finding, plan, platform, poolInfo, poolSummary, profile, version } from './program.ts';
import { result } from './result.ts';
import { schedule } from './schedule.ts';
import { flag, list, maybe, object, type Schema, text, word } from './schema.ts';
import { notification, task, taskInfo } from './task.ts';
import { madeVm, template, templateGroup, templateInfo } from './template.ts';
import { consoleLog, countRow, historyRow, screenshot, topRow, vm, vmInfo, vmStatus, vmWithColumns } from './vm.ts';

/** What a command prints with `-o json`; `others` are forms that its flags choose. */
export interface Printed {
  readonly schema: Schema;
  readonly others?: readonly { readonly when: string; readonly schema: Schema }[];
}

/** In place of what an endpoint has that did not answer, at the end of a list; the keys of the others are there, and null. */
const missing: Schema = {
  title: 'missing',
  description: 'An endpoint that did not answer: what it has is missing in the list.',
  type: 'object',
  properties: {
    endpoint: text('which endpoint'),
    platform: text('its platform'),
    error: text('why, as a sentence for people'),
    code: text('why, for programs: a code of drover'),
  },
  required: ['endpoint', 'platform', 'error', 'code'],
  additionalProperties: { type: 'null' },
};

const listOf = (item: Schema): Schema => list({ anyOf: [item, missing] }, `every ${item.title}`);
/** One object for one name, a list for several. */
const oneOrMany = (item: Schema): Schema => ({ anyOf: [item, list(item, 'one for each')] });

/** Of a dry run: what was looked at before a VM moves. */
const migrationCheck = object('migration check', 'What was looked at before a VM goes to another node.', {
  vm: text('the name of the VM'),
  node: maybe(text('the name of the node that it would go to')),
  check: text('what was looked at: `cpu`, `disks`'),
  level: word(['ok', 'warning', 'error'], 'an error blocks until it is named by `--despite`'),
  final: flag('whether an error can not be passed over'),
  text: text('what is so, as a sentence for people'),
});
const moved: Printed = {
  schema: result,
  others: [{ when: '--dry-run', schema: list(migrationCheck, 'every check of every VM') }],
};

/** By command. One that is not in here prints a result. */
const printed: Readonly<Record<string, Printed>> = {
  'vm list': { schema: listOf(vm), others: [{ when: '--columns', schema: listOf(vmWithColumns) }] },
  'vm info': {
    schema: oneOrMany(vmInfo),
    others: ['--fields', '--category'].map((when) => ({ when, schema: oneOrMany({ ...vmInfo, required: [] }) })),
  },
  'vm application': { schema: vmApplication },
  'vm status': { schema: oneOrMany(vmStatus) },
  'vm history': { schema: list(historyRow, 'every step of time of each VM, the oldest first') },
  'node history': { schema: list(historyRow, 'every step of time of each node, the oldest first') },
  'vm top': { schema: list(topRow, 'the busiest VMs, the busiest first') },
  'node top': { schema: list(topRow, 'the busiest nodes, the busiest first') },
  'vm count': { schema: list(countRow, 'every value, the most frequent first') },
  'node count': { schema: list(countRow, 'every value, the most frequent first') },
  'vm log': { schema: consoleLog },
  'vm screenshot': { schema: screenshot },
  'vm migrate': moved,
  'node evacuate': moved,
  'node run': { schema: oneOrMany(nodeRun) },
  'node setup': { schema: list(nodeSetup, 'every part of every host') },
  'node files': { schema: list(nodeFile, 'every file') },
  'node info': { schema: nodeInfo, others: [{ when: '--fields', schema: { ...nodeInfo, required: [] } }] },
  'pool info': { schema: poolInfo },
  'plan list': { schema: list(plan, 'every plan') },
  'pool summary': { schema: poolSummary, others: [{ when: '--fields', schema: { ...poolSummary, required: [] } }] },
  'definition list': { schema: list(definition, 'every definition') },
  'definition info': { schema: definitionInfo },
  'appliance list': { schema: list(appliance, 'every appliance') },
  'appliance info': { schema: appliance },
  'appliance catalogs': { schema: list(applianceCatalog, 'every catalog') },
  'appliance refresh': { schema: list(applianceCatalog, 'every catalog') },
  'profile list': { schema: list(profile, 'every profile') },
  'profile info': { schema: profile },
  'task list': { schema: list(task, 'every task that is kept') },
  'notification list': { schema: list(notification, 'every notification that is kept') },
  'schedule list': { schema: list(schedule, 'every schedule') },
  'schedule run': { schema: list(result, 'every schedule that was due') },
  'task info': { schema: taskInfo },
  'template list': { schema: list(template, 'every template') },
  'template info': { schema: templateInfo },
  'template vms': { schema: list(madeVm, 'every VM that was made of one') },
  'template-group list': { schema: list(templateGroup, 'every group') },
  'platform list': { schema: list(platform, 'every platform') },
  'endpoint list': { schema: list(endpoint, 'every endpoint') },
  'endpoint info': { schema: endpointInfo },
  'endpoint test': { schema: list(check, 'every check, up to the first that failed') },
  doctor: { schema: list(finding, 'everything that was looked at') },
  import: {
    schema: list(imported, 'everything that was found'),
    others: [{ when: 'convirt', schema: list(importedVm, 'every file') }],
  },
  version: { schema: version },
};

/** Commands that are text whatever `-o` says: they take over the terminal, or write help and scripts. */
export const plainText: readonly string[] = [
  ...['vm console', 'vm ssh', 'node shell', 'node edit'],
  ...['help', 'completion', 'play', 'schedule timer'],
];

/** What `drover COMMAND -o json` prints; undefined for one that prints text only. */
export function printedBy(command: string, kinds: KindTable = ownKinds): Printed | undefined {
  if (plainText.includes(command)) return undefined;
  const [noun = '', verb] = command.split(' ');
  const known = printed[command];
  if (known) return known;
  const table = tableSchemas(kinds).get(noun);
  if (table && verb === 'list') {
    const schema = kinds[noun]?.watched ? listOf(table) : list(table, `every ${noun}`);
    return noun === 'node' ? { schema, others: [{ when: '--columns', schema: listOf(nodeWithColumns) }] } : { schema };
  }
  if (table && verb === 'info') return { schema: oneOrMany(table) };
  return { schema: result };
}

/** The nouns that are printed, each once, in the order of the page about them. */
export const printedObjects: readonly Schema[] = [
  vm,
  vmInfo,
  vmStatus,
  consoleLog,
  historyRow,
  topRow,
  countRow,
  ...tableSchemas(ownKinds).values(),
  migrationCheck,
  nodeInfo,
  nodeRun,
  nodeFile,
  poolInfo,
  poolSummary,
  plan,
  definition,
  definitionInfo,
  appliance,
  applianceCatalog,
  profile,
  template,
  templateInfo,
  madeVm,
  templateGroup,
  platform,
  task,
  taskInfo,
  notification,
  schedule,
  endpoint,
  endpointInfo,
  check,
  imported,
  importedVm,
  finding,
  version,
  missing,
];
