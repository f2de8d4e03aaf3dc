/** `definition list` and `definition info`: what is defined for pools, and what their nodes have of it. */
import { usersOn } from '../../actions/definitions/detach.ts';
import { type DefinitionState, type NodeState, summaryOf } from '../../actions/definitions/node-states.ts';
import { sentence } from '../../errors.ts';
import type { Definition } from '../../state/config/definitions.ts';
import type { KindKey } from '../../state/kind-spec.ts';
import { columnsIn } from '../../state/kinds.ts';
import { passes } from '../../state/query/row-filter.ts';
import { formatBytes } from '../../units.ts';
import { type Command, type CommandContext, EXIT } from '../command.ts';
import { columnsFor, inOrder } from '../key-columns.ts';
import { renderList } from '../output.ts';
import { printDetails } from '../print-details.ts';
import { definitionCalled, definitionsCalled, poolCalled, statesMeant } from './meant.ts';

/** What programs get of a definition, in this order. */
export const definitionKeys: readonly KindKey[] = [
  { id: 'pool', type: 'text', help: 'the pool for whose nodes it is', always: true, title: 'POOL' },
  { id: 'name', type: 'text', help: 'what it is called on each node', always: true, title: 'NAME' },
  { id: 'kind', type: 'text', help: 'what it is', words: ['storage', 'network'], always: true, title: 'KIND' },
  { id: 'type', type: 'text', help: 'the type of a storage, the mode of a network', always: true, title: 'TYPE' },
  { id: 'state', type: 'text', help: 'how many nodes are in sync, for people', always: true, title: 'NODES' },
  { id: 'description', type: 'text', help: 'what it is for', always: true, title: 'DESCRIPTION', shrinksTo: 8 },
];

export const showDefinitionCommands: readonly Command[] = [
  {
    noun: 'definition',
    verb: 'list',
    help: 'List the storages and networks that are defined for pools, and how many of their nodes are in sync.',
    takes: '[POOL]',
    flags: () => [],
    async run(context, { words }) {
      const { global, printer, format, columns: room } = context;
      const states = await statesMeant(listed(words[0], context), context);
      const titled = columnsIn(definitionKeys);
      const rows = states.map(rowOf).filter((row) => passes(row, global.filter, titled));
      const name = (row: (typeof rows)[number]) => `${row.pool} ${row.name}`;
      const ordered = rows.map((row) => inOrder(definitionKeys, row) as typeof row);
      await printer.print(await renderList({ rows: ordered, columns: columnsFor(titled), name }, format, room));
      for (const state of states) for (const line of linesOf(state)) context.say(line);
      const isWhole = states.every(({ nodes }) => nodes.every(({ state }) => state !== 'unknown'));
      return isWhole ? EXIT.done : EXIT.unreachable;
    },
  },
  {
    noun: 'definition',
    verb: 'info',
    help: 'Show what a definition says, what each node of its pool has of it, and which VMs use it there.',
    takes: 'POOL NAME',
    flags: () => [],
    async run(context, { words }) {
      const [state] = await statesMeant([definitionCalled(words, context)], context);
      if (!state) throw new Error('a definition that was found has a state');
      const nodes = await Promise.all(state.nodes.map((node) => nodeOf(state, node, context)));
      const { pool, definition } = state;
      const { kind, name, description, values } = definition;
      const value = { pool, name, kind, description, values, nodes };
      const lines = [
        ['pool', pool],
        ['name', name],
        ['kind', kind],
        ...Object.entries(values),
        ['description', description || '-'],
        ...nodes.map((node) => [node.node, lineOf(node)] as const),
      ] as const;
      await printDetails([{ value, name: `${pool} ${name}`, lines }], context);
      return nodes.some((node) => node.state === 'unknown') ? EXIT.unreachable : EXIT.done;
    },
  },
];

const listed = (word: string | undefined, context: CommandContext) =>
  word === undefined
    ? [...context.app.config().pools.keys()].flatMap((pool) => ofPool(pool, context))
    : ofPool(poolCalled(word, context).name, context);

const ofPool = (pool: string, context: CommandContext) =>
  poolCalled(pool, context).definitions.length === 0 ? [] : definitionsCalled(pool, undefined, context);

/** The type of a storage, or the mode of a network: as written, else what it is without a word. */
const typeOf = ({ kind, values }: Definition): string =>
  kind === 'storage' ? (values['type'] ?? 'dir') : (values['mode'] ?? 'nat');

const rowOf = ({ pool, definition, nodes }: DefinitionState) => ({
  id: `${pool}/${definition.name}`,
  pool,
  name: definition.name,
  kind: definition.kind,
  type: typeOf(definition),
  state: summaryOf(nodes),
  description: definition.description,
});

/** Of each node that has it otherwise. */
const linesOf = ({ definition, nodes }: DefinitionState): readonly string[] =>
  nodes.flatMap(({ endpoint, state, detail }) =>
    detail === '' ? [] : [`${endpoint}: ${definition.name} is ${state}: ${detail}`],
  );

async function nodeOf(state: DefinitionState, node: NodeState, { app, signal }: CommandContext) {
  const { found } = node;
  const use = await usersOn(state, node, app, signal).catch(sentence);
  return {
    node: node.endpoint,
    state: node.state,
    detail: node.detail === '' ? undefined : node.detail,
    size: found && 'size' in found ? found.size : undefined,
    used: found && 'used' in found ? found.used : undefined,
    users: use,
  };
}

function lineOf({ state, detail, size, used, users }: Awaited<ReturnType<typeof nodeOf>>): string {
  const taken = size === undefined || used === undefined || size === 0 ? [] : [takenOf(used, size)];
  return [
    `${state}${detail === undefined ? '' : ` (${detail})`}`,
    ...taken,
    ...(users === undefined ? [] : [users]),
  ].join(', ');
}

const takenOf = (used: number, size: number): string =>
  `${formatBytes(used)} of ${formatBytes(size)} used (${Math.round((100 * used) / size)} %)`;
