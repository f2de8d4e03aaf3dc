/** A form of a field of each kind that is filled in in a place of its own. */
import type { LinesField, ListField, ObjectField, PairsField, Settings } from '../../src/platforms/contract.ts';
import type { FormDialog, FormDialogOptions } from '../../src/screens/dialogs/dialogs.ts';
import { type AnyField, type ChoicesOf, createForm } from '../../src/screens/forms/form-state.ts';
import type { Stage } from '../../src/screens/stage.ts';
import { gib } from '../../src/units.ts';
import { type LightOptions, openStage } from './light-stage.tsx';

export const disks: AnyField & ListField = {
  key: 'disk',
  label: 'Disks',
  help: 'The disks of the VM.',
  kind: 'list',
  one: 'disk',
  many: 'disks',
  identity: 'device',
  writable: true,
  takesEffect: 'restart',
  item: [
    { key: 'device', label: 'Device', help: 'Where it is.', kind: 'text' },
    { key: 'size', label: 'Size', help: 'How big.', kind: 'bytes', required: true, min: gib(1) },
    { key: 'bus', label: 'Bus', help: 'Which bus.', kind: 'choice', options: ['virtio', 'sata'], default: 'virtio' },
    {
      key: 'queues',
      label: 'Queues',
      help: 'How many.',
      kind: 'count',
      default: 2,
      when: { key: 'bus', is: ['virtio'] },
    },
    { key: 'key', label: 'Key', help: 'The secret.', kind: 'text', sensitive: true },
    { key: 'storage', label: 'Storage', help: 'Where it lies.', kind: 'object', of: 'pool', under: 'node' },
  ],
};
export const tags: AnyField & PairsField = {
  key: 'tag',
  label: 'Tags',
  help: 'Its tags.',
  kind: 'pairs',
  one: 'tag',
  many: 'tags',
  writable: true,
};
export const node: AnyField & ObjectField = {
  key: 'node',
  label: 'Node',
  help: 'Which node.',
  kind: 'object',
  of: 'node',
  writable: true,
};
export const drive: AnyField & ObjectField = {
  key: 'cd',
  label: 'CD',
  help: 'What is in it.',
  kind: 'object',
  of: 'vm',
  under: 'node',
  nullable: true,
  writable: true,
};
export const script: AnyField & LinesField = {
  key: 'user-data',
  label: 'User data',
  help: 'What cloud-init does.',
  kind: 'lines',
  writable: true,
};
const FIELDS: readonly AnyField[] = [disks, tags, node, drive, script];

export const BEFORE: Settings = {
  disk: [
    { device: 'vda', size: gib(20), bus: 'virtio', queues: 4, key: 'hunter2' },
    { device: 'vdb', size: gib(10), bus: 'sata', serial: 'S1' },
  ],
  tag: { stage: 'test' },
  node: 'n1',
  cd: 'a.iso',
  'user-data': 'one\ntwo\n',
};

interface GivenFields {
  readonly fields?: readonly AnyField[] | undefined;
  readonly before?: Settings | undefined;
  readonly choicesOf?: ChoicesOf | undefined;
}

/** The form as a dialog that is closed by its button; `draw` is the dialogs' own, or that of line mode. */
export function openForm(
  { layers }: Pick<Stage, 'layers'>,
  draw: (options: FormDialogOptions) => FormDialog,
  { fields = FIELDS, before = BEFORE, choicesOf }: GivenFields = {},
) {
  const form = createForm({
    fields,
    before,
    buttons: [{ id: 'save', label: 'Save' }],
    ...(choicesOf && { choicesOf }),
  });
  let edited = 0;
  const close = () => layers.close(dialog.layer);
  const dialog = draw({
    title: 'web1',
    form: () => form,
    pressed: close,
    cancel: close,
    edited: () => void edited++,
  });
  layers.open(dialog.layer);
  return { form, close, edited: () => edited };
}

export function openFields({ fields, before, choicesOf, ...options }: GivenFields & LightOptions = {}) {
  const light = openStage({ size: { columns: 80, rows: 24 }, ...options });
  const type = (text: string) => light.press(...[...text].map((letter) => (letter === ' ' ? 'space' : letter)));
  return { ...light, type, ...openForm(light.stage, light.stage.dialogs.form, { fields, before, choicesOf }) };
}

export const rowsIn = (values: Settings) => values['disk'] as readonly Settings[];
