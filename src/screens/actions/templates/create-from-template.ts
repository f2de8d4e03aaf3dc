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
import {
  type Shown as ShownVariables,
  shownVariables,
  variablesFor,
  variablesOfPools,
} from '../../../state/templates/variables.ts';
import { clean } from '../../../terminal/width.ts';
import { deadline } from '../../deadline.ts';
import { askVariables, type Said } from '../../forms/template-variables.ts';
import type { Stage } from '../../stage.ts';
import type { ObjectRunner } from '../run-object.ts';
import { askedPlace, type VmPlace } from './vm-place.ts';

/** What is there sooner needs no word. */
const SAID_AFTER_MS = 300;
const CHOOSE_MS = 15_000;

/** Asks where, for the name and for the variables of the template; then the form comes, filled in. */
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
  const asked =
    template && able.length > 0
      ? await askVariables(
          stage,
          template,
          able.map(({ variables }) => variables),
        )
      : NOTHING_ASKED;
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

const NOTHING_ASKED: Said = { name: undefined, variables: {}, needed: [] };

/** One endpoint that a VM can be made on. */
interface Ready extends Omit<Wanted, 'all'> {
  readonly shown: Shown;
  readonly action: ObjectAction<'endpoint'>;
  /** Of the template, as they are there. */
  readonly variables: ShownVariables;
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
    return { endpoint, fields, shown, action: createVm, variables: { values: {}, open: [] }, settings };
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
  const variables = shownVariables(template, manifest.id, { found, ofPools });
  return {
    endpoint,
    fields,
    shown,
    action: await withScript(createVm, script, services, (text) => message.say(clean(text), 'warning')),
    variables,
    settings({ name = '', variables: said, needed }) {
      // What another endpoint needs counts there alone. The script is given them too.
      for (const [variable, value] of Object.entries(said)) {
        const isHere = needed.includes(variable)
          ? variables.open.includes(variable)
          : Object.hasOwn(variables.values, variable);
        if (isHere && value !== '') given[variable] = value;
      }
      return { ...defaultsOf(fields), ...templateSettings(template, manifest, made(name)), name };
    },
  };
}
