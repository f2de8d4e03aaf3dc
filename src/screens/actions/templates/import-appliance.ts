import { cloudImages } from '../../../actions/appliances/cloud-images.ts';
import { importTask } from '../../../actions/appliances/import-appliance.ts';
import { scanTemplates } from '../../../actions/scan-templates.ts';
import { bind } from '../../../actions/target.ts';
import { FleetError } from '../../../errors.ts';
import type { EndpointName } from '../../../ids.ts';
import { type Appliance, spellAppliance } from '../../../state/appliances/appliance.ts';
import { applianceKeys, applianceRow } from '../../../state/appliances/appliance-keys.ts';
import { passes } from '../../../state/query/row-filter.ts';
import { FIRST_GROUP, newTemplateComplaint } from '../../../state/templates/template.ts';
import { formatBytes } from '../../../units.ts';
import type { Stage } from '../../stage.ts';

const TITLE = 'Import appliance';
/** The list draws them all. */
const MOST_CHOICES = 500;

/** Asks which, where and under which name; the task goes on by itself, and `imported` is called with its template. */
export async function importFromCatalog(stage: Stage, imported: (template: string) => void): Promise<void> {
  const { services, dialogs, message } = stage;
  const appliance = await chosenAppliance(stage);
  if (!appliance) return;
  const endpoint = await chosenEndpoint(stage);
  if (!endpoint) return;
  const typed = await dialogs.prompt({
    title: `${TITLE} ${spellAppliance(appliance)}`,
    lines: ['The template that VMs are made of then, as GROUP/NAME:'],
    start: `${FIRST_GROUP}/${appliance.name}`,
    complaint: newTemplateComplaint,
  });
  const [group = '', name = ''] = typed?.split('/') ?? [];
  if (typed === undefined) return;
  const to = bind('endpoint', endpoint, services);
  const task = importTask({ appliance, to, storage: '', image: name, template: { group, name } }, services);
  const { ended } = services.tasks.run(task);
  message.say(`${task.title}…`);
  void ended.then(async ({ state, items: [item] }) => {
    await scanTemplates(services);
    services.store.flush();
    if (state !== 'done') return message.trouble(item?.text ?? task.title, item?.fix);
    message.say(item?.text ?? task.title, 'good');
    imported(typed);
  });
}

/** A catalog that does not answer is said, and the rest is offered. */
async function chosenAppliance({ services, dialogs, message }: Stage): Promise<Appliance | undefined> {
  const words = await dialogs.prompt({
    title: TITLE,
    lines: ['Words that must stand in what its catalog says; nothing shows all:'],
    complaint: () => undefined,
  });
  if (words === undefined) return undefined;
  const readings = await (await services.appliances()).read('usual', new AbortController().signal);
  const troubles = readings.flatMap(({ catalog, troubles: [first] }) => (first ? [`${catalog.name}: ${first}`] : []));
  if (troubles.length > 0) message.say(troubles.join('; '), 'warning');
  const all = [...cloudImages('x86_64'), ...readings.flatMap(({ appliances }) => appliances)];
  const matching = all.filter((one) => passes(applianceRow(one), words, applianceKeys));
  if (matching.length === 0) throw new FleetError('op.refused', `no appliance has ${JSON.stringify(words)}`);
  const more = matching.length > MOST_CHOICES ? [`The first ${MOST_CHOICES} of ${matching.length}.`] : [];
  return dialogs.pick({
    title: TITLE,
    lines: ['Which one?', ...more],
    choices: () => matching.slice(0, MOST_CHOICES).map((value) => ({ label: labelOf(value), value })),
  });
}

const labelOf = (one: Appliance): string =>
  [spellAppliance(one), one.title, one.arch, one.size === undefined ? '' : formatBytes(one.size)]
    .filter(Boolean)
    .join('  ');

async function chosenEndpoint({ services, dialogs }: Stage): Promise<EndpointName | undefined> {
  const able = [...services.store.fleet.endpoints.values()].filter(({ phase }) => phase === 'up');
  if (able.length === 0) throw new FleetError('op.refused', `${TITLE}: no endpoint is connected`);
  if (able.length === 1) return able[0]?.name;
  return dialogs.pick({
    title: TITLE,
    lines: ['On which endpoint?'],
    choices: () => able.map(({ name, address }) => ({ label: `${name}  ${address}`, value: name })),
  });
}
