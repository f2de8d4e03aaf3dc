/** The endpoints that a command is about. */
import { FleetError } from '../errors.ts';
import { type EndpointName, isEndpointName } from '../ids.ts';
import { didYouMean } from '../nearest.ts';
import type { Detected } from '../platforms/contract.ts';
import { type EndpointGroup, readGroups } from '../state/config/groups.ts';
import { clean } from '../terminal/width.ts';
import { nameOfUri, uriOf } from './address.ts';
import type { CommandContext } from './command.ts';

/** Those of `-C`, names, groups and addresses, or all that are enabled. Throws endpoint.not-found. */
export async function chosenEndpoints(context: CommandContext): Promise<readonly EndpointName[]> {
  const { app, global } = context;
  const { endpoints } = app.config();
  if (endpoints.size === 0) {
    await offerWhatIsHere(context);
    throw new FleetError('usage', `${app.configPath} has no endpoints`, {
      fix: 'drover endpoint add NAME makes one; --demo shows a simulated fleet',
    });
  }
  if (global.clients.length === 0) {
    return [...endpoints.values()].filter(({ enabled }) => enabled).map(({ name }) => name);
  }
  const groups = groupsOf(context);
  return [...new Set(global.clients.flatMap((word) => meantBy(word, groups, context)))];
}

export const groupsOf = ({ app }: CommandContext): ReadonlyMap<string, EndpointGroup> =>
  // What is wrong in that section was said with the rest of the file.
  readGroups(app.configPath, app.config().file, new Set(app.config().endpoints.keys())).groups;

/** An endpoint's name, a group's, or an address. Throws endpoint.not-found. */
export const endpointsMeantBy = (word: string, context: CommandContext): readonly EndpointName[] =>
  meantBy(word, groupsOf(context), context);

function meantBy(
  word: string,
  groups: ReadonlyMap<string, EndpointGroup>,
  { app }: CommandContext,
): readonly EndpointName[] {
  const { endpoints } = app.config();
  if (isEndpointName(word) && endpoints.has(word)) return [word];
  const group = groups.get(word);
  if (group) {
    const enabled = group.endpoints.filter((name) => endpoints.get(name)?.enabled);
    if (enabled.length > 0) return enabled;
    throw new FleetError('endpoint.not-found', `the group ${word} has no endpoint that is enabled`);
  }
  const uri = uriOf(word);
  const unsaved = uri === undefined ? undefined : endpoints.get(nameOfUri(uri));
  if (unsaved?.values['uri'] === uri && unsaved !== undefined) return [unsaved.name];
  if (unsaved !== undefined) {
    throw new FleetError('usage', `${unsaved.name} is the name of another endpoint, which may be another machine`, {
      fix: `say -C ${unsaved.name} if that is meant`,
    });
  }
  const known = [...endpoints.keys(), ...groups.keys()];
  throw new FleetError('endpoint.not-found', `there is no endpoint ${JSON.stringify(word)}${didYouMean(word, known)}`, {
    fix: 'drover endpoint list shows them',
  });
}

const DETECT_MS = 2_000;

/** Says what could be managed on this machine, with the command that adds it: nothing is connected to without being asked. */
async function offerWhatIsHere({ app, signal, say }: CommandContext): Promise<void> {
  const late = new AbortController();
  const { promise: none, resolve } = Promise.withResolvers<readonly Detected[]>();
  const stopClock = app.clock.after(DETECT_MS, () => {
    late.abort();
    resolve([]);
  });
  const until = AbortSignal.any([signal, late.signal]);
  const found = await Promise.all(
    app.manifests.map(async ({ id, title }) => {
      const here = await Promise.race([app.detect(id, until).catch(() => []), none]);
      return here.map(({ name, why, values }) => {
        const flags = Object.entries(values).map(([key, value]) => ` --${key} ${value}`);
        return clean(`${title} is here (${why}): drover endpoint add ${name} --platform ${id}${flags.join('')}`);
      });
    }),
  ).finally(stopClock);
  for (const line of found.flat()) say(line);
}
