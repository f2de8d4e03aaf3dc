import type { ConfigAction, EndpointAction } from '../actions/action.ts';
import { endpointActions, endpointChanges } from '../actions/endpoint.ts';
import { nodeActions } from '../actions/node.ts';
import { noteActions } from '../actions/note.ts';
import { poolActions } from '../actions/pool.ts';
import { FleetError } from '../errors.ts';
import { type EndpointName, isEndpointName } from '../ids.ts';
import { didYouMean } from '../nearest.ts';
import type { Settings } from '../platforms/contract.ts';
import { askOnTerminal } from './ask.ts';
import { type Command, type CommandContext, EXIT } from './command.ts';
import { agreedTo, isYes } from './consent.ts';
import { moveWithDefinitions } from './definitions/move-command.ts';
import { findNode, findVms } from './find.ts';
import { printResults, printWritten } from './results.ts';

/** Actions that change the configuration, and what they take beside the subject: the first required option may be a plain word. */
export const configCommands: readonly Command[] = [
  ...noteActions,
  ...poolActions,
  ...nodeActions,
  ...endpointChanges,
].map((action) => ({
  noun: action.noun,
  verb: action.id.slice(action.noun.length + 1),
  help: action.help,
  takes: ['NAME', ...(action.options ?? []).slice(0, 1).map(({ key }) => `[${key.toUpperCase()}]`)].join(' '),
  flags: () => action.options ?? [],
  run: (context, { words, values }) => runConfigAction(action, words, values, context),
}));

async function runConfigAction(
  action: ConfigAction,
  words: readonly string[],
  values: Settings,
  context: CommandContext,
): Promise<number> {
  const [word, second, ...rest] = words;
  if (word === undefined || rest.length > 0)
    throw new FleetError('usage', `${action.noun} ${action.id.split('.')[1]} takes one name`);
  const [option] = action.options ?? [];
  const args = second === undefined || !option ? values : { ...values, [option.key]: second };
  if (option?.required && args[option.key] === undefined) throw new FleetError('usage', `${option.label} is needed`);
  const basedOn = context.app.config();
  const subject = await subjectOf(action, word, context);
  if (action.loses && !(await agreedToLosses(action, subject, action.loses(subject), context))) return EXIT.interrupted;
  const change = action.change(subject, args, context.app.configEdit());
  if (change.kind === 'node-move') {
    const move = { keeps: args['keep'] === true, said: action.said(subject, args), basedOn };
    const code = await moveWithDefinitions(change, move, context);
    if (code !== undefined) return code;
  }
  const written = await context.app.changeConfig(change, basedOn);
  return printWritten(subject, action.said(subject, args), written, context);
}

/** What is taken out of the configuration can't be brought back from here, so it is asked about, or has to be agreed to. */
function agreedToLosses(
  { title }: ConfigAction,
  subject: string,
  losses: readonly string[],
  context: CommandContext,
): Promise<boolean> {
  if (!context.global.yes) for (const line of losses) context.say(`lost: ${line}`);
  const question = {
    what: `${title.toLowerCase()} takes ${subject} out of the configuration`,
    text: `${title} ${subject}? [y/N] `,
    isAgreement: isYes,
  };
  return agreedTo(question, context);
}

/** An endpoint's name stands for its nodes; a single node has to be looked up for its id. */
async function subjectOf(action: ConfigAction, word: string, context: CommandContext): Promise<string> {
  const { endpoints, pools } = context.app.config();
  if (!action.onExisting) return word;
  if (action.noun === 'node') {
    return isEndpointName(word) && endpoints.has(word) ? word : (await findNode(word, context)).id;
  }
  if (action.noun === 'vm') {
    const [vm] = await findVms([word], context);
    if (vm) return vm.id;
  }
  if (action.noun === 'endpoint') return knownEndpoint(word, context);
  if (pools.has(word)) return word;
  throw new FleetError('pool.not-found', `there is no pool ${JSON.stringify(word)}${didYouMean(word, pools.keys())}`);
}

export function knownEndpoint(word: string | undefined, { app }: CommandContext): EndpointName {
  const { endpoints } = app.config();
  if (word === undefined) throw new FleetError('usage', 'which endpoint? Name one');
  if (isEndpointName(word) && endpoints.has(word)) return word;
  throw new FleetError(
    'endpoint.not-found',
    `there is no endpoint ${JSON.stringify(word)}${didYouMean(word, endpoints.keys())}`,
    {
      fix: 'drover endpoint list shows them',
    },
  );
}

/** Testing and trusting have commands of their own, which show every check and take a fingerprint. */
export const endpointCommands: readonly Command[] = endpointActions
  .filter(({ id }) => id !== 'endpoint.test' && id !== 'endpoint.trust')
  .map((action) => ({
    noun: 'endpoint',
    verb: action.id.slice('endpoint.'.length),
    help: action.help,
    takes: 'NAME',
    flags: () => [],
    run: (context, { words }) => runEndpointAction(action, words[0], context),
  }));

async function runEndpointAction(
  action: EndpointAction,
  word: string | undefined,
  context: CommandContext,
): Promise<number> {
  const name = knownEndpoint(word, context);
  if (action.id === 'endpoint.connect') context.app.open([name]);
  const text = await action.run(context.app, name, askOnTerminal(context), context.signal);
  await printResults([{ name, text }], false, context);
  return EXIT.done;
}
