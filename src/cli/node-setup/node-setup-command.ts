/** `drover node setup HOST…`: whether hosts have what VMs need, and with --apply what is missing is installed and started. */
import type { PermittedSetup } from '../../actions/node/set-up-host.ts';
import { FleetError, sentence } from '../../errors.ts';
import type { EndpointName } from '../../ids.ts';
import type { HostPart, HostSurvey } from '../../platforms/contract.ts';
import { clean } from '../../terminal/width.ts';
import { adviceWithAddress } from '../address.ts';
import { askOnTerminal } from '../ask.ts';
import { chosenEndpoints, endpointsMeantBy } from '../chosen-endpoints.ts';
import { type Command, type CommandContext, EXIT } from '../command.ts';
import { agreedTo, isYes } from '../consent.ts';
import type { Flag } from '../flags.ts';
import { type Column, renderList } from '../output.ts';
import { runStep } from './run-step.ts';

const APPLY: Flag = {
  key: 'apply',
  label: 'Apply',
  help: 'Install and start what is missing: each command is listed first, and asked about.',
  kind: 'flag',
};
const DETECT_ONLY: Flag = {
  key: 'detect-only',
  label: 'Detect only',
  help: 'Look only, and change nothing: so it is without --apply.',
  kind: 'flag',
};

export const nodeSetupCommand: Command = {
  noun: 'node',
  verb: 'setup',
  help: 'Show what hosts have of what VMs need, libvirt or none, and with --apply install and start what is missing.',
  takes: 'HOST…',
  byAddress: true,
  flags: () => [APPLY, DETECT_ONLY],
  async run(context, { words, values }) {
    const isApplied = values[APPLY.key] === true;
    if (isApplied && values[DETECT_ONLY.key] === true)
      throw new FleetError('usage', '--apply changes the host, and --detect-only does not: leave one out');
    const names = await hostsMeant(words, context);
    const shown: Row[] = [];
    let code: number = EXIT.done;
    for (const name of names) {
      const { survey, ending } = isApplied ? await madeReady(name, context) : await lookedAt(name, context);
      const rows = rowsOf(name, survey);
      shown.push(...rows);
      const isReady = rows.every(({ state, optional }) => state !== 'missing' || optional);
      code ||= ending || (isReady ? EXIT.done : EXIT.failed);
      if (context.format === 'table') await printTable(rows, names.length > 1, context);
    }
    if (context.format !== 'table') await printRows(shown, context);
    return code;
  },
};

async function hostsMeant(words: readonly string[], context: CommandContext): Promise<readonly EndpointName[]> {
  if (words.length > 0) return [...new Set(words.flatMap((word) => endpointsMeantBy(word, context)))];
  if (context.global.clients.length > 0) return chosenEndpoints(context);
  throw new FleetError('usage', 'which hosts? Name endpoints, or USER@HOST', {
    fix: 'drover node setup root@db1.example.org',
  });
}

interface Outcome {
  readonly survey: HostSurvey;
  /** Exit code of what was to be done: 1 where something was run, and is still to be done, 130 where the user did not agree. */
  readonly ending: number;
}

async function lookedAt(name: EndpointName, context: CommandContext): Promise<Outcome> {
  const survey = await withSetup(name, context, ({ look }) => look(context.signal));
  if (survey.steps.length > 0) context.say(clean(`drover node setup ${name} --apply would run on ${name}:`));
  sayCommands(survey, context);
  return { survey, ending: EXIT.done };
}

/**
 * Looks, asks, runs, and looks once more, until nothing is left that was not run already: what depends on a step is known
 * only when it is done. Each round has a login of its own, since new groups of a user count from the next one on.
 */
async function madeReady(name: EndpointName, context: CommandContext): Promise<Outcome> {
  const done = new Set<string>();
  for (;;) {
    const round = await withSetup(name, context, async (setup) => {
      const survey = await setup.look(context.signal);
      const steps = survey.steps.filter(({ command }) => !done.has(command));
      if (steps.length === 0)
        return { survey, ending: survey.steps.length === 0 ? EXIT.done : EXIT.failed, isLast: true };
      const ending = await applied(name, { ...survey, steps }, setup, context);
      for (const { command } of steps) done.add(command);
      return { survey, ending, isLast: ending !== EXIT.done || context.global.dryRun };
    });
    if (round.isLast) return round;
  }
}

/** An exit code: 130 where the user did not agree. Throws at the first command that fails. */
async function applied(
  name: EndpointName,
  survey: HostSurvey,
  setup: PermittedSetup,
  context: CommandContext,
): Promise<number> {
  const { steps, tryRoot } = survey;
  if (setup.whyNot !== undefined) throw new FleetError('op.refused', `${name}: ${setup.whyNot}`);
  context.say(clean(context.global.dryRun ? `this would run on ${name}:` : `this will run on ${name}:`));
  sayCommands(survey, context);
  if (context.global.dryRun) return EXIT.done;
  const question = {
    what: `this changes ${name}`,
    text: `Run ${steps.length === 1 ? 'it' : 'them'} on ${name}? [y/N] `,
    isAgreement: isYes,
  };
  if (!(await agreedTo(question, context))) return EXIT.interrupted;
  if (tryRoot !== undefined) await becomesRoot(name, tryRoot, setup, context);
  const ran: string[] = [];
  for (const step of steps) {
    context.say(clean(`${name}: ${step.command}`));
    try {
      await runStep(step, setup, context);
    } catch (error) {
      if (!(error instanceof FleetError)) throw error;
      const before = ran.length === 0 ? 'nothing was run before it' : `done before it: ${ran.join('; ')}`;
      throw new FleetError(error.code, `${name}: ${step.command}: ${sentence(error)}; ${before}`, {
        fix: `drover node setup ${name} shows what is there now`,
        cause: error,
      });
    }
    ran.push(step.command);
  }
  return EXIT.done;
}

const ROOT_MS = 30_000;

/** Without a password, since there is none to type it; all commands can be run by hand otherwise. */
async function becomesRoot(
  name: EndpointName,
  command: string,
  setup: PermittedSetup,
  context: CommandContext,
): Promise<void> {
  try {
    await runStep({ does: 'becomes root', command, limitMs: ROOT_MS }, setup, context);
  } catch (error) {
    if (!(error instanceof FleetError) || error.code !== 'op.failed') throw error;
    throw new FleetError(
      'auth.forbidden',
      `${name}: these need root, and sudo asks for a password there; nothing was run`,
      {
        fix: 'run them by hand on the host, or log in as root',
        cause: error,
      },
    );
  }
}

async function withSetup<T>(
  name: EndpointName,
  context: CommandContext,
  work: (setup: PermittedSetup) => Promise<T>,
): Promise<T> {
  const setup = await loggedIn(name, context);
  try {
    return await work(setup);
  } finally {
    setup.close();
  }
}

/** Advice about a host that is in no configuration has its address. */
async function loggedIn(name: EndpointName, context: CommandContext): Promise<PermittedSetup> {
  try {
    return await context.app.setUpHost(name, askOnTerminal(context), context.signal);
  } catch (error) {
    const uri = context.app.config().endpoints.get(name)?.values['uri'];
    if (!(error instanceof FleetError) || error.fix === undefined || typeof uri !== 'string') throw error;
    const fix = adviceWithAddress(error.fix, name, { clients: [uri] });
    throw new FleetError(error.code, error.message, { fix, cause: error });
  }
}

/** As a user would type them, each below what it does. */
function sayCommands({ steps }: HostSurvey, { say }: CommandContext): void {
  for (const { does, command } of steps) say(clean(`  ${command}    # ${does}`));
}

interface Row {
  readonly [key: string]: string | boolean | null;
  readonly endpoint: string;
  readonly part: string;
  readonly found: string;
  readonly neededFor: string;
  readonly state: HostPart['state'];
  readonly optional: boolean;
  readonly fix: string | null;
}

const rowsOf = (endpoint: EndpointName, { parts }: HostSurvey): readonly Row[] =>
  parts.map(({ part, found, neededFor, state, isOptional, fix }) => ({
    endpoint,
    part,
    found,
    neededFor,
    state,
    optional: isOptional,
    fix: fix ?? null,
  }));

const HOST: Column<Row> = { title: 'ENDPOINT', show: ({ endpoint }) => endpoint };
const COLUMNS: readonly Column<Row>[] = [
  { title: 'WHAT', show: ({ part }) => part },
  { title: 'STATE', show: ({ state, optional }) => (state === 'missing' && optional ? 'missing (optional)' : state) },
  { title: 'FOUND', show: ({ found }) => found },
  { title: 'NEEDED FOR', show: ({ neededFor }) => neededFor },
];

async function printTable(rows: readonly Row[], isOfMany: boolean, context: CommandContext): Promise<void> {
  await context.printer.print(
    await renderList(
      { rows, columns: isOfMany ? [HOST, ...COLUMNS] : COLUMNS, name: ({ part }) => part },
      context.format,
      context.columns,
    ),
  );
  for (const { part, fix } of rows) if (fix !== null) context.say(clean(`${part}: ${fix}`));
}

const printRows = async (rows: readonly Row[], context: CommandContext): Promise<void> =>
  context.printer.print(
    await renderList(
      { rows, columns: COLUMNS, name: ({ endpoint, part }) => `${endpoint}/${part}` },
      context.format,
      undefined,
    ),
  );
