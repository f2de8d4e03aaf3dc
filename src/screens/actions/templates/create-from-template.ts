import type { ObjectAction } from '../../../actions/action.ts';
import { keptInPool } from '../../../actions/placement/in-pool.ts';
import type { Wanted } from '../../../actions/placement/pool-nodes.ts';
import { type Fitting, fittingNodes, placedInPool } from '../../../actions/placement/pool-placement.ts';
import { type Shown, shownOf } from '../../../actions/target.ts';
import { foundVariables } from '../../../actions/templates/found-variables.ts';
import { withScript } from '../../../actions/templates/with-script.ts';
import { FleetError, sentence } from '../../../errors.ts';
import type { Settings } from '../../../platforms/contract.ts';
import { defaultsOf } from '../../../state/fields.ts';
import type { EndpointStatus } from '../../../state/fleet/fleet.ts';
import { spellTemplate, type Template } from '../../../state/templates/template.ts';
import { templateSettings } from '../../../state/templates/template-settings.ts';
import { emptyVariables, variablesFor, variablesOfPools } from '../../../state/templates/variables.ts';
import { clean } from '../../../terminal/width.ts';
import type { Stage } from '../../stage.ts';
import type { ObjectRunner } from '../run-object.ts';
import { askedPlace, create, type VmPlace } from './vm-place.ts';

/** Asks where, for the name and for what the template leaves open; then the form comes, filled in. */
export async function createFromTemplate(stage: Stage, objects: ObjectRunner, template: Template): Promise<void> {
  const place = await askedPlace(`Create VM from ${spellTemplate(template)}`, template, stage);
  if (place) await createAt(place, stage, objects, template);
}

/** The same where it is known where; without a template the form comes with what is usual. */
export async function createAt(
  place: VmPlace,
  stage: Stage,
  objects: ObjectRunner,
  template: Template | undefined,
): Promise<void> {
  const { signal } = new AbortController();
  const refusals: string[] = [];
  const attempts = await Promise.all(
    place.endpoints.map((one) => attempt(one, place, refusals, () => ready(one, template, stage, signal))),
  );
  const able = attempts.flatMap((one) => one ?? []);
  const asked = template && able.length > 0 ? await askOpen(stage, template, able) : NOTHING_ASKED;
  if (!asked) return;
  const wanted = able.map((one) => ({ ...one, all: [one.settings(asked)] }));
  const chosen = place.pool === undefined ? wanted[0] : await inPool(place.pool, wanted, refusals, stage, signal);
  if (!chosen) return;
  const action =
    place.pool === undefined ? chosen.action : keptInPool(chosen.action, place.pool, chosen, stage.services);
  const chooser = { isSeen: () => true, unmark: () => {} };
  await objects.run(action, [chosen.shown], chooser, undefined, chosen.all[0]);
}

/** What the user has said before the form. */
interface Said {
  readonly name: string | undefined;
  readonly variables: Readonly<Record<string, string>>;
}
const NOTHING_ASKED: Said = { name: undefined, variables: {} };

/** One endpoint that a VM can be made on. */
interface Ready extends Omit<Wanted, 'all'> {
  readonly shown: Shown;
  readonly action: ObjectAction<'endpoint'>;
  /** Variables of the template that the user must give a value. */
  readonly open: readonly string[];
  settings(said: Said): Settings;
}

async function ready(
  { name: endpoint, platform }: EndpointStatus,
  template: Template | undefined,
  { services, message }: Stage,
  signal: AbortSignal,
): Promise<Ready> {
  const manifest = services.manifests.find(({ id }) => id === platform);
  const shown = shownOf('endpoint', endpoint, services);
  if (!manifest || !shown) throw new FleetError('endpoint.not-found', `${endpoint} is not there any more`);
  const fields = manifest.settings.filter(({ in: access }) => access.provision === 'write');
  if (!template) {
    const settings = () => defaultsOf(fields);
    return { endpoint, fields, shown, action: create, open: [], settings };
  }
  const found = await foundVariables(template, manifest.id, endpoint, services, signal);
  const ofPools = variablesOfPools(services.store.fleet, endpoint);
  const given: Record<string, string> = {};
  const made = (vm: string) => ({ vm, server: endpoint, found, ofPools, given });
  const script = {
    template,
    endpoint,
    fields: manifest.settings,
    variablesFor: (vm: string) => variablesFor(template, made(vm)),
  };
  return {
    endpoint,
    fields,
    shown,
    action: await withScript(create, script, services, (text) => message.say(clean(text), 'warning')),
    open: emptyVariables(template, manifest.id, { found, ofPools }),
    settings({ name = '', variables }) {
      // The script is given them too.
      Object.assign(given, variables);
      return { ...templateSettings(template, manifest, made(name)), name };
    },
  };
}

/** Why an endpoint of a pool is left out stands among the refusals; of an endpoint that was chosen it is an error. */
async function attempt<T>(
  { name }: Pick<EndpointStatus, 'name'>,
  { pool }: VmPlace,
  refusals: string[],
  run: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    if (pool === undefined || !(error instanceof FleetError)) throw error;
    refusals.push(`${name}: ${sentence(error)}`);
    return undefined;
  }
}

/** The name, and the variables that have no value on one of these endpoints; undefined where the user gives up. */
async function askOpen({ dialogs }: Stage, template: Template, able: readonly Ready[]): Promise<Said | undefined> {
  const title = `Create VM from ${spellTemplate(template)}`;
  const name = await dialogs.prompt({
    title,
    lines: ['Its name:'],
    complaint: (text) => (text.trim() === '' ? 'a VM needs a name' : undefined),
  });
  if (name === undefined) return undefined;
  const variables: Record<string, string> = {};
  for (const variable of new Set(able.flatMap(({ open }) => open))) {
    const value = await dialogs.prompt({
      title,
      lines: [`Value of ${variable}:`],
      complaint: (text) => (text === '' ? `${variable} needs a value` : undefined),
    });
    if (value === undefined) return undefined;
    variables[variable] = value;
  }
  return { name, variables };
}

/** On the node that the policy of the pool takes. Throws op.refused, with what stands against each endpoint. */
async function inPool<W extends Wanted>(
  pool: string,
  wanted: readonly W[],
  refusals: string[],
  { services }: Stage,
  signal: AbortSignal,
): Promise<W> {
  const fitting: Fitting<W>[] = [];
  for (const one of wanted) {
    try {
      fitting.push(...fittingNodes(one, pool, services));
    } catch (error) {
      if (!(error instanceof FleetError)) throw error;
      refusals.push(`${one.endpoint}: ${sentence(error)}`);
    }
  }
  const placed = await placedInPool(fitting, pool, services, signal);
  if (placed) return placed;
  throw new FleetError('op.refused', `no node of pool ${pool} can take it: ${refusals.join('; ')}`);
}
