import { poolVariablesAction, variableNameComplaint } from '../actions/pool.ts';
import { FleetError } from '../errors.ts';
import { endpointOf, type NodeId, userPoolId } from '../ids.ts';
import type { PoolConfig } from '../state/config/model.ts';
import { type Command, type CommandContext, EXIT } from './command.ts';
import { connect, sayFailures } from './connect.ts';
import { poolCalled } from './definitions/meant.ts';
import { renderDetails } from './output.ts';
import { printWritten } from './results.ts';

/** What can be seen and set of a pool of the user beside its name and its place. */
export const poolCommands: readonly Command[] = [
  {
    noun: 'pool',
    verb: 'info',
    help: 'Show the nodes and the provisioning variables of a pool.',
    takes: 'NAME',
    flags: () => [],
    async run(context, { words }) {
      const { name, in: around, nodes, variables, readOnly } = poolCalled(words[0], context);
      const members = await namesOf(nodes, context);
      const value = {
        id: userPoolId(name),
        name,
        kind: 'user',
        parent: around,
        readOnly,
        nodes: members,
        variables,
      };
      const lines = [
        ['name', name],
        ['in', around ?? '-'],
        ['nodes', members.join(' ') || '-'],
        ['read-only', readOnly ? 'yes' : 'no'],
        ...Object.entries(variables),
      ] as const;
      await context.printer.print(await renderDetails({ value, name, lines }, context.format));
      return EXIT.done;
    },
  },
  {
    noun: 'pool',
    verb: 'set',
    help: poolVariablesAction.help,
    takes: 'NAME VARIABLE=VALUE…',
    flags: () => [],
    async run(context, { words: [word, ...assignments] }) {
      const pool = poolCalled(word, context);
      if (assignments.length === 0) {
        throw new FleetError('usage', 'which variables? Give them as NAME=VALUE; NAME= takes one away', {
          fix: `drover pool info ${pool.name} shows those that are there`,
        });
      }
      const variables = withAssigned(pool.variables, assignments);
      const written = await context.app.changeConfig(
        poolVariablesAction.change(pool.name, variables, context.app.configEdit()),
      );
      return printWritten(pool.name, poolVariablesAction.said(pool.name, variables), written, context);
    },
  },
];

/** As `pool list` calls them. A whole endpoint has its name already; a single node has to be asked for, and keeps its id without an answer. */
async function namesOf(nodes: PoolConfig['nodes'], context: CommandContext): Promise<readonly string[]> {
  const { app } = context;
  const single = nodes.filter((node): node is NodeId => node.includes('/'));
  const endpoints = [...new Set(single.map(endpointOf))].filter((name) => app.config().endpoints.get(name)?.enabled);
  if (endpoints.length > 0) sayFailures(context, await connect(context, endpoints));
  return nodes.map((node) => app.store.fleet.nodes.get(node as NodeId)?.name ?? node);
}

/** `NET=br0` sets a variable, `NET=` takes it away; the others stay. */
function withAssigned(before: PoolConfig['variables'], assignments: readonly string[]): Record<string, string> {
  const variables: Record<string, string> = { ...before };
  for (const assignment of assignments) {
    const at = assignment.indexOf('=');
    const name = at < 0 ? assignment : assignment.slice(0, at);
    const wrong = variableNameComplaint(name);
    if (at < 0 || wrong !== undefined) {
      throw new FleetError('usage', `${JSON.stringify(assignment)} is no NAME=VALUE: ${wrong ?? 'there is no ='}`);
    }
    const value = assignment.slice(at + 1);
    if (value === '') delete variables[name];
    else variables[name] = value;
  }
  return variables;
}
