/** Definitions of a pool as the configuration has them: made and changed here, on no node yet. */
import { argsOf, definitionFields } from '../../actions/definitions/maker.ts';
import { pairOf } from '../../actions/text-in.ts';
import { FleetError } from '../../errors.ts';
import type { DefinedKind, Definition } from '../../state/config/definitions.ts';
import { spell } from '../../state/fields.ts';
import type { Command, CommandContext } from '../command.ts';
import type { Flag, ParsedFlags } from '../flags.ts';
import { printWritten } from '../results.ts';
import { definitionCalled, poolCalled, statesMeant } from './meant.ts';

const DESCRIPTION: Flag = {
  key: 'description',
  label: 'Description',
  help: 'What it is for.',
  kind: 'text',
  examples: ['TEXT'],
};

const adding = (kind: DefinedKind): Command => ({
  noun: 'definition',
  verb: `add-${kind}`,
  help: `Define a ${kind} for the nodes of a pool; definition apply makes it there.`,
  takes: 'POOL NAME',
  makes: true,
  flags: () => [...definitionFields(kind), DESCRIPTION],
  run: (context, parsed) => add(kind, parsed, context),
});

export const changeDefinitionCommands: readonly Command[] = [
  adding('storage'),
  adding('network'),
  {
    noun: 'definition',
    verb: 'edit',
    help: 'Change what a definition says; KEY= takes one away, name=NEW renames it while no node has it.',
    takes: 'POOL NAME KEY=VALUE…',
    flags: () => [],
    run: edit,
  },
];

async function add(kind: DefinedKind, { words, values }: ParsedFlags, context: CommandContext): Promise<number> {
  const [poolWord, name, ...more] = words;
  const pool = poolCalled(poolWord, context).name;
  if (name === undefined || more.length > 0)
    throw new FleetError('usage', `which name? Give the ${kind} one behind its pool`);
  const { [DESCRIPTION.key]: description = '', ...rest } = values;
  const written = definitionFields(kind).flatMap((field) => {
    const value = rest[field.key];
    return value === undefined ? [] : [[field.key, spell(field, value)] as const];
  });
  const definition = { kind, name, description: String(description), values: Object.fromEntries(written) };
  argsOf(definition);
  const done = await context.app.changeConfig({ kind: 'definition-add', pool, definition }, context.app.config());
  return printWritten(
    name,
    `the ${kind} ${name} is defined for pool ${pool}; drover definition apply ${pool} makes it`,
    done,
    context,
  );
}

async function edit(context: CommandContext, { words: [pool, name, ...pairs] }: ParsedFlags): Promise<number> {
  const basedOn = context.app.config();
  const of = definitionCalled(
    [pool, name].filter((word) => word !== undefined),
    context,
  );
  if (pairs.length === 0) throw new FleetError('usage', 'what is to change? Give it as KEY=VALUE');
  const definition = changed(of.definition, pairs);
  argsOf(definition);
  if (definition.name !== of.definition.name) await refuseAttached(of, context);
  const done = await context.app.changeConfig(
    { kind: 'definition-edit', pool: of.pool, of: of.definition, definition },
    basedOn,
  );
  const text = `the ${definition.kind} ${definition.name} of pool ${of.pool} is changed; drover definition list ${of.pool} shows its nodes`;
  return printWritten(definition.name, text, done, context);
}

function changed(before: Definition, pairs: readonly string[]): Definition {
  const values: Record<string, string> = { ...before.values };
  let { name, description } = before;
  for (const pair of pairs) {
    const [key, value] = pairOf(pair) ?? [];
    if (key === undefined || value === undefined)
      throw new FleetError('usage', `${JSON.stringify(pair)} is no KEY=VALUE`);
    if (key === 'name') name = value;
    else if (key === DESCRIPTION.key) description = value;
    else if (value === '') delete values[key];
    else values[key] = value;
  }
  return { ...before, name, description, values };
}

/** What nodes have under the old name would belong to nothing any more. */
async function refuseAttached(of: ReturnType<typeof definitionCalled>, context: CommandContext): Promise<void> {
  const { pool, definition } = of;
  const [state] = await statesMeant([of], { ...context, global: { ...context.global, clients: [] } });
  const holders = (state?.nodes ?? []).filter(({ state: one, isMeant }) => isMeant || one === 'unknown');
  if (holders.length === 0) return;
  const names = holders.map(({ endpoint, state: one }) => (one === 'unknown' ? `${endpoint} (not known)` : endpoint));
  throw new FleetError('op.refused', `${definition.name} is on ${names.join(', ')}, so it keeps its name`, {
    fix: `take it off first: drover definition detach ${pool} ${definition.name}`,
  });
}
