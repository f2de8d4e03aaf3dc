import { type KindTable, kinds as ownKinds } from '../../state/kinds.ts';
import { check, endpoint, endpointInfo, imported } from './endpoint.ts';
import { listedSchemas } from './listed.ts';
import { node, nodeInfo } from './node.ts';
import { finding, platform, pool, poolInfo, version } from './program.ts';
import { result } from './result.ts';
import { list, type Schema, text } from './schema.ts';
import { consoleLog, vm, vmInfo, vmStatus, vmWithColumns } from './vm.ts';

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

/** By command. One that is not in here prints a result. */
const printed: Readonly<Record<string, Printed>> = {
  'vm list': { schema: listOf(vm), others: [{ when: '--columns', schema: listOf(vmWithColumns) }] },
  'vm info': {
    schema: oneOrMany(vmInfo),
    others: [{ when: '--fields', schema: oneOrMany({ ...vmInfo, required: [] }) }],
  },
  'vm status': { schema: oneOrMany(vmStatus) },
  'vm log': { schema: consoleLog },
  'node list': { schema: listOf(node) },
  'node info': { schema: nodeInfo, others: [{ when: '--fields', schema: { ...nodeInfo, required: [] } }] },
  'pool list': { schema: listOf(pool) },
  'pool info': { schema: poolInfo },
  'platform list': { schema: list(platform, 'every platform') },
  'endpoint list': { schema: list(endpoint, 'every endpoint') },
  'endpoint info': { schema: endpointInfo },
  'endpoint test': { schema: list(check, 'every check, up to the first that failed') },
  doctor: { schema: list(finding, 'everything that was looked at') },
  import: { schema: list(imported, 'everything that was found') },
  version: { schema: version },
};

/** Commands that are text whatever `-o` says: they take over the terminal, or write help and scripts. */
export const plainText: readonly string[] = ['vm console', 'node shell', 'help', 'completion'];

/** What `drover COMMAND -o json` prints; undefined for one that prints text only. */
export function printedBy(command: string, kinds: KindTable = ownKinds): Printed | undefined {
  if (plainText.includes(command)) return undefined;
  const [noun = '', verb] = command.split(' ');
  const listed = listedSchemas(kinds).get(noun);
  if (listed && verb === 'list') return { schema: list(listed, `every ${noun}`) };
  if (listed && verb === 'info') return { schema: oneOrMany(listed) };
  return printed[command] ?? { schema: result };
}

/** The nouns that are printed, each once, in the order of the page about them. */
export const printedObjects: readonly Schema[] = [
  vm,
  vmInfo,
  vmStatus,
  consoleLog,
  ...listedSchemas(ownKinds).values(),
  node,
  nodeInfo,
  pool,
  poolInfo,
  platform,
  endpoint,
  endpointInfo,
  check,
  imported,
  finding,
  version,
  missing,
];
