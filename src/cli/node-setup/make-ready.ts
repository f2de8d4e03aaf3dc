/** One host that is made ready, or looked at: by rounds, each with a login of its own. */
import type { PermittedSetup } from '../../actions/node/set-up-host.ts';
import { FleetError, sentence } from '../../errors.ts';
import type { EndpointName } from '../../ids.ts';
import type { HostStep, HostSurvey } from '../../platforms/contract.ts';
import { clean } from '../../terminal/width.ts';
import { adviceWithAddress } from '../address.ts';
import { askOnTerminal } from '../ask.ts';
import { type CommandContext, EXIT } from '../command.ts';
import { agreedTo, isYes } from '../consent.ts';
import { runStep } from './run-step.ts';

interface Outcome {
  readonly survey: HostSurvey;
  /** Exit code of what was to be done: 1 where something was run, and is still to be done, 130 where the user did not agree. */
  readonly ending: number;
}

export async function lookedAt(name: EndpointName, context: CommandContext): Promise<Outcome> {
  const survey = await withSetup(name, context, ({ look }) => look(context.signal));
  if (survey.steps.length > 0) context.say(clean(`drover node setup ${name} --apply would run on ${name}:`));
  sayCommands(survey.steps, context);
  return { survey, ending: EXIT.done };
}

/** A host whose every look brings something new to do is not what drover takes it for. */
const MOST_ROUNDS = 5;

/** What has been tried on a host in all rounds so far. */
interface Progress {
  readonly tried: Set<string>;
  /** Of these, what has ended well. */
  readonly ran: string[];
}

/**
 * Looks, asks, runs, and looks once more, until nothing is left that was not run already: what depends on a step is known
 * only when it is done. Each round has a login of its own, since new groups of a user count from the next one on. Whatever ends it,
 * what was run before is named.
 */
export async function madeReady(name: EndpointName, context: CommandContext): Promise<Outcome> {
  const progress: Progress = { tried: new Set(), ran: [] };
  try {
    for (let number = 1; ; number++) {
      const round = await withSetup(name, context, (setup) => roundOf(name, number, progress, setup, context));
      if (round.isLast) return round;
    }
  } catch (error) {
    if (progress.ran.length === 0) throw error;
    const what = `${sentence(error)}; ${doneBefore(progress)}`;
    const isOurs = error instanceof FleetError;
    const code = isOurs ? error.code : context.signal.aborted ? 'op.cancelled' : 'op.failed';
    throw new FleetError(code, what, { fix: (isOurs && error.fix) || adviceAfter(name), cause: error });
  }
}

const adviceAfter = (name: EndpointName): string => `drover node setup ${name} shows what is there now`;
const doneBefore = ({ ran }: Progress): string => `done before it: ${ran.join('; ')}`;

async function roundOf(
  name: EndpointName,
  number: number,
  progress: Progress,
  setup: PermittedSetup,
  context: CommandContext,
): Promise<Outcome & { readonly isLast: boolean }> {
  const survey = await setup.look(context.signal);
  const steps = survey.steps.filter(({ command }) => !progress.tried.has(command));
  if (steps.length === 0 || number > MOST_ROUNDS) {
    if (survey.steps.length === 0) return { survey, ending: EXIT.done, isLast: true };
    const why =
      steps.length === 0 ? 'was run, and is still to be done' : `is still to be done after ${MOST_ROUNDS} rounds`;
    context.say(clean(`${name}: this ${why}:`));
    sayCommands(survey.steps, context);
    return { survey, ending: EXIT.failed, isLast: true };
  }
  const ending = await applied(name, { ...survey, steps }, progress, setup, context);
  return { survey, ending, isLast: ending !== EXIT.done || context.global.dryRun };
}

/** An exit code: 130 where the user did not agree. Throws at the first command that fails and that others need. */
async function applied(
  name: EndpointName,
  { steps, tryRoot }: HostSurvey,
  progress: Progress,
  setup: PermittedSetup,
  context: CommandContext,
): Promise<number> {
  if (setup.whyNot !== undefined) throw new FleetError('op.refused', `${name}: ${setup.whyNot}`);
  context.say(clean(context.global.dryRun ? `this would run on ${name}:` : `this will run on ${name}:`));
  sayCommands(steps, context);
  if (context.global.dryRun) return EXIT.done;
  const question = {
    what: `this changes ${name}`,
    text: `Run ${steps.length === 1 ? 'it' : 'them'} on ${name}? [y/N] `,
    isAgreement: isYes,
    ...(progress.ran.length > 0 && { done: clean(`no more was done on ${name}; ${doneBefore(progress)}`) }),
  };
  if (!(await agreedTo(question, context))) return EXIT.interrupted;
  if (tryRoot !== undefined) await becomesRoot(name, tryRoot, progress, setup, context);
  for (const step of steps) await applyStep(name, step, progress, setup, context);
  return EXIT.done;
}

async function applyStep(
  name: EndpointName,
  step: HostStep,
  { tried, ran }: Progress,
  setup: PermittedSetup,
  context: CommandContext,
): Promise<void> {
  context.say(clean(`${name}: ${step.command}`));
  tried.add(step.command);
  try {
    await runStep(step, setup, context);
    ran.push(step.command);
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    const failed = `${name}: ${step.command}: ${sentence(error)}`;
    if (step.isOptional === true && error.code === 'op.failed') {
      context.say(clean(`${failed}; the others go on`));
      return;
    }
    const { code, fix = adviceAfter(name) } = error;
    throw new FleetError(code, ran.length > 0 ? failed : `${failed}; nothing was run before it`, { fix, cause: error });
  }
}

const ROOT_MS = 30_000;

/** Without a password, since there is none to type it; all commands can be run by hand otherwise. */
async function becomesRoot(
  name: EndpointName,
  command: string,
  { ran }: Progress,
  setup: PermittedSetup,
  context: CommandContext,
): Promise<void> {
  try {
    await runStep({ does: 'becomes root', command, limitMs: ROOT_MS }, setup, context);
  } catch (error) {
    if (!(error instanceof FleetError) || error.code !== 'op.failed') throw error;
    const failed = `${name}: these need root, and ${command} ended with ${sentence(error)}`;
    throw new FleetError('auth.forbidden', ran.length > 0 ? failed : `${failed}; nothing was run`, {
      fix: 'run them by hand on the host, or log in as root',
      cause: error,
    });
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
function sayCommands(steps: readonly HostStep[], { say }: CommandContext): void {
  for (const { does, command } of steps) say(clean(`  ${command}    # ${does}`));
}
