import { argsOf, definitionFields } from '../../../actions/definitions/maker.ts';
import type { EndpointName } from '../../../ids.ts';
import { type Field, type Settings, sameValue } from '../../../platforms/contract.ts';
import {
  type DefinedKind,
  type Definition,
  definitionNameComplaint,
  type OfPool,
} from '../../../state/config/definitions.ts';
import { spell } from '../../../state/fields.ts';
import { clean } from '../../../terminal/width.ts';
import { askOptions } from '../../dialogs/action-options.ts';
import type { Stage } from '../../stage.ts';

const NAME: Field = {
  key: 'name',
  label: 'Name',
  help: 'What it is called on each node.',
  kind: 'text',
  required: true,
  pattern: { source: '^[A-Za-z0-9][A-Za-z0-9_.+-]{0,99}$', complaint: definitionNameComplaint('') ?? '' },
};
const DESCRIPTION: Field = {
  key: 'description',
  label: 'Description',
  help: 'What it is for.',
  kind: 'text',
  default: '',
};

/** A form for a new storage or network of a pool, which is written to the configuration. */
export async function addDefinition(stage: Stage, pool: string, kind: DefinedKind): Promise<void> {
  const { services, message } = stage;
  const basedOn = services.config();
  const title = `Define a ${kind}`;
  const fields = [NAME, ...definitionFields(kind), DESCRIPTION];
  const values = await fill(stage, title, fields, `For the nodes of ${clean(pool)}:`, {});
  if (!values) return;
  const definition = definitionOf(kind, String(values['name']), values);
  const written = await services.changeConfig({ kind: 'definition-add', pool, definition }, basedOn);
  message.say(
    written ? `${definition.name} is defined for ${clean(pool)}; applied it is not yet` : 'nothing was written',
    'good',
  );
}

/** The same for one that is there; its name stays, which nodes know it by. */
export async function editDefinition(stage: Stage, { pool, definition: before }: OfPool): Promise<void> {
  const { services, message } = stage;
  const basedOn = services.config();
  const { kind, name, description } = before;
  const fields = [...definitionFields(kind), DESCRIPTION];
  const start = { ...(argsOf(before) as Settings), description };
  const values = await fill(stage, `Edit ${name}`, fields, `${name} of ${clean(pool)}:`, start);
  if (!values) return;
  const definition = definitionOf(kind, name, values);
  const written = await services.changeConfig({ kind: 'definition-edit', pool, of: before, definition }, basedOn);
  message.say(written ? `${name} of ${clean(pool)} is changed; its nodes are not yet` : 'nothing was written', 'good');
}

/** Its fields name nothing that is on an endpoint, so there is none to ask. */
const fill = (stage: Stage, title: string, options: readonly Field[], question: string, start: Settings) =>
  askOptions(stage, { title, options }, '' as EndpointName, question, start, new AbortController().signal);

/** What is as usual is left out of the file. */
function definitionOf(kind: DefinedKind, name: string, values: Settings): Definition {
  const written = definitionFields(kind).flatMap((field) => {
    const value = values[field.key];
    const isUsual = value === undefined || value === '' || sameValue(field, value, field.default);
    return isUsual ? [] : [[field.key, spell(field, value)] as const];
  });
  const definition = {
    kind,
    name,
    description: String(values[DESCRIPTION.key] ?? ''),
    values: Object.fromEntries(written),
  };
  argsOf(definition);
  return definition;
}
