import type { ObjectAction } from '../../../actions/action.ts';
import { keptInPool } from '../../../actions/placement/in-pool.ts';
import type { Wanted } from '../../../actions/placement/pool-nodes.ts';
import { chosenInPool } from '../../../actions/placement/pool-placement.ts';
import { type Shown, shownOf } from '../../../actions/target.ts';
import { foundVariables } from '../../../actions/templates/found-variables.ts';
import { withScript } from '../../../actions/templates/with-script.ts';
import { createVm } from '../../../actions/vm.ts';
import { FleetError } from '../../../errors.ts';
import type { Settings } from '../../../platforms/contract.ts';
import { defaultsOf } from '../../../state/fields.ts';
import type { EndpointStatus } from '../../../state/fleet/fleet.ts';
import { spellTemplate, type Template } from '../../../state/templates/template.ts';
import { templateSettings } from '../../../state/templates/template-settings.ts';
import { emptyVariables, variablesFor, variablesOfPools } from '../../../state/templates/variables.ts';
import { clean } from '../../../terminal/width.ts';
import { deadline } from '../../deadline.ts';
import type { Stage } from '../../stage.ts';
import type { ObjectRunner } from '../run-object.ts';
import { askedPlace, type VmPlace } from './vm-place.ts';

/** What is there sooner needs no word. */
const SAID_AFTER_MS = 300;
const CHOOSE_MS = 15_000;

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
  const { pool } = place;
  const { services } = stage;
  const looked = await lookingAtNodes(stage, (signal) =>
    Promise.allSettled(place.endpoints.map((one) => ready(one, pool, template, stage, signal))),
  );
  if (!looked) return;
  const able = looked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const asked = template && able.length > 0 ? await askOpen(stage, template, able) : NOTHING_ASKED;
  if (!asked) return;
  const candidates = looked.map((one, at) => ({
    endpoint: (place.endpoints[at] as EndpointStatus).name,
    async plan() {
      if (one.status === 'rejected') throw one.reason;
      return { ...one.value, all: [one.value.settings(asked)] };
    },
  }));
  const signal = deadline(
    services.clock,
    CHOOSE_MS,
    'the loads of the nodes could not be read in time',
    new AbortController().signal,
  );
  const chosen =
    pool === undefined ? await candidates[0]?.plan() : await chosenInPool(candidates, pool, services, signal);
  if (!chosen) return;
  const action = pool === undefined ? chosen.action : keptInPool(chosen.action, pool, chosen, services);
  const chooser = { isSeen: () => true, unmark: () => {} };
  await objects.run(action, [chosen.shown], chooser, undefined, chosen.all[0]);
}

/** What comes of the look, which nodes may be asked for; undefined where the user does not wait for it. */
async function lookingAtNodes<Result>(
  { dialogs, services: { clock } }: Stage,
  look: (signal: AbortSignal) => Promise<Result>,
): Promise<Result | undefined> {
  const controller = new AbortController();
  const done = new AbortController();
  const forget = clock.after(SAID_AFTER_MS, () => {
    const waiting = dialogs.pick({ title: 'Create VM', choices: () => undefined, until: done.signal });
    void waiting.then(() => controller.abort());
  });
  const result = await look(controller.signal).finally(forget);
  const isGivenUp = controller.signal.aborted;
  done.abort();
  return isGivenUp ? undefined : result;
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
  pool: string | undefined,
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
    return { endpoint, fields, shown, action: createVm, open: [], settings };
  }
  const found = await foundVariables(template, manifest.id, { endpoint, pool }, services, signal);
  const ofPools = variablesOfPools(services.store.fleet, endpoint, pool);
  const given: Record<string, string> = {};
  const made = (vm: string) => ({ vm, server: endpoint, found, ofPools, given });
  const script = {
    template,
    endpoint,
    fields: manifest.settings,
    variablesFor: (vm: string) => variablesFor(template, made(vm)),
  };
  const open = emptyVariables(template, manifest.id, { found, ofPools });
  return {
    endpoint,
    fields,
    shown,
    action: await withScript(createVm, script, services, (text) => message.say(clean(text), 'warning')),
    open,
    settings({ name = '', variables }) {
      // What another endpoint needs counts there alone. The script is given them too.
      for (const variable of open) given[variable] = variables[variable] ?? '';
      return { ...defaultsOf(fields), ...templateSettings(template, manifest, made(name)), name };
    },
  };
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
