import { shownOf } from '../../../actions/target.ts';
import { withScript } from '../../../actions/templates/with-script.ts';
import { vmMakers } from '../../../actions/vm.ts';
import { FleetError } from '../../../errors.ts';
import type { EndpointStatus } from '../../../state/fleet/fleet.ts';
import { ANY_PLATFORM, spellTemplate, type Template } from '../../../state/templates/template.ts';
import { templateSettings } from '../../../state/templates/template-settings.ts';
import { emptyVariables, variablesFor, variablesOfPools } from '../../../state/templates/variables.ts';
import { clean } from '../../../terminal/width.ts';
import type { Stage } from '../../stage.ts';
import type { ObjectRunner } from '../run-object.ts';
import { whyNotObject } from '../why-not-now.ts';

const create = vmMakers.find(({ id }) => id === 'vm.create');

/** Asks where, for the name and for what the template leaves open; then the form comes, filled in. */
export async function createFromTemplate(stage: Stage, objects: ObjectRunner, template: Template): Promise<void> {
  const { services, dialogs } = stage;
  const title = `Create VM from ${spellTemplate(template)}`;
  if (!create) return;
  const able = [...services.store.fleet.endpoints.values()].filter(
    (status) =>
      (template.platform === ANY_PLATFORM || template.platform === status.platform) &&
      whyNotObject(create, { kind: 'endpoint', id: status.name }, services) === undefined,
  );
  const endpoint = await oneOf(stage, title, able);
  if (!endpoint) {
    if (able.length === 0)
      throw new FleetError(
        'op.refused',
        `${title}: no endpoint that is connected is for ${template.platform} and makes VMs`,
      );
    return;
  }
  const manifest = services.manifests.find(({ id }) => id === endpoint.platform);
  const shown = shownOf('endpoint', endpoint.name, services);
  if (!manifest || !shown) return;
  const ofPools = variablesOfPools(services.store.fleet, endpoint.name);
  const given: Record<string, string> = {};
  const made = (name: string) => ({ vm: name, server: endpoint.name, ofPools, given });
  const script = {
    template,
    endpoint: endpoint.name,
    fields: manifest.settings,
    variablesFor: (name: string) => variablesFor(template, made(name)),
  };
  const withItsScript = await withScript(create, script, services, (text) => stage.message.say(clean(text), 'warning'));
  const vm = await dialogs.prompt({
    title,
    lines: ['Its name:'],
    complaint: (text) => (text.trim() === '' ? 'a VM needs a name' : undefined),
  });
  if (vm === undefined) return;
  for (const name of emptyVariables(template, manifest.id, ofPools)) {
    const value = await dialogs.prompt({
      title,
      lines: [`Value of ${name}:`],
      complaint: (text) => (text === '' ? `${name} needs a value` : undefined),
    });
    if (value === undefined) return;
    given[name] = value;
  }
  const settings = templateSettings(template, manifest, made(vm));
  const chooser = { isSeen: () => true, unmark: () => {} };
  await objects.run(withItsScript, [shown], chooser, undefined, { ...settings, name: vm });
}

async function oneOf(
  { dialogs }: Stage,
  title: string,
  able: readonly EndpointStatus[],
): Promise<EndpointStatus | undefined> {
  if (able.length < 2) return able[0];
  return dialogs.pick({
    title,
    lines: ['On which endpoint?'],
    choices: () => able.map((one) => ({ label: `${one.name}  ${one.address}`, value: one })),
  });
}
