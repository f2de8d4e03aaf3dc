import { scanTemplates } from '../../../actions/scan-templates.ts';
import { defaultTemplate } from '../../../state/config/preferences.ts';
import { FIRST_GROUP, spellTemplate, type Template } from '../../../state/templates/template.ts';
import type { FleetState } from '../../fleet/fleet-state.ts';
import type { Stage } from '../../stage.ts';
import type { ObjectRunner } from '../run-object.ts';
import { endpointUnder, userPoolUnder } from '../subject.ts';
import { createAt, createFromTemplate } from './create-from-template.ts';
import { placeIn, placeOn } from './vm-place.ts';

/**
 * ConVirt's way from a server or a pool: the template is chosen first, the default one before the others (F-003), then a VM is made of
 * it in the pool or on the endpoint under the cursor.
 */
export async function createHere(stage: Stage, state: FleetState, objects: ObjectRunner): Promise<void> {
  const row = state.view.current();
  const pool = userPoolUnder(row);
  const endpoint = endpointUnder(row);
  const { templates } = await scanTemplates(stage.services);
  const usual = defaultTemplate(stage.services.config());
  const isFirst = (one: Template) => Number(spellTemplate(one) !== usual) * 2 + Number(one.group !== FIRST_GROUP);
  const choices = templates
    .toSorted((a, b) => isFirst(a) - isFirst(b))
    .map((value) => ({ label: `${spellTemplate(value)}  ${value.version}  ${value.os}`.trimEnd(), value }));
  const isSomewhere = pool !== undefined || endpoint !== undefined;
  const where = pool === undefined ? endpoint : `pool ${pool}`;
  const template = await stage.dialogs.pick<Template | 'none'>({
    title: where === undefined ? 'Create VM' : `Create VM on ${where}`,
    lines: ['Of which template?'],
    choices: () => [...choices, ...(isSomewhere ? [{ label: 'none: an empty form', value: 'none' as const }] : [])],
  });
  if (template === undefined) return;
  const of = template === 'none' ? undefined : template;
  if (pool !== undefined) return createAt(placeIn(pool, of, stage), stage, objects, of);
  if (endpoint !== undefined) return createAt(placeOn(endpoint, of, stage), stage, objects, of);
  if (of) return createFromTemplate(stage, objects, of);
}
