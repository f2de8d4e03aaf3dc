import { expect, it } from 'vitest';
import { disks, drive, node, openFields, script } from '../../../test/screens/light-fields.ts';
import type { Settings } from '../../platforms/contract.ts';
import type { AnyField } from './form-state.ts';

const bus: AnyField = {
  key: 'bus',
  label: 'Bus',
  help: '',
  kind: 'choice',
  options: ['virtio', 'sata'],
  writable: true,
};
const name: AnyField = { key: 'name', label: 'Name', help: '', kind: 'text', writable: true };
const rare: AnyField = { ...name, key: 'rare', advanced: true };

function hintsOf(field: AnyField, before: Settings = {}, ...keys: readonly string[]): string {
  const { stage, press } = openFields({ fields: [field, name], before, choicesOf: async () => [] });
  press(...keys);
  const hints = stage.layers.top?.hints() ?? [];
  return hints.map(({ key, does }) => `${key} ${does}`).join(', ');
}

it.each<[string, AnyField, Settings, string]>([
  ['that is typed', name, {}, 'enter next'],
  ['with few values', bus, {}, 'left/right choose, enter next'],
  ['with few values, that has one', bus, { bus: 'sata' }, 'left/right choose, enter next'],
  ['that is needed', { ...bus, required: true }, { bus: 'sata' }, 'left/right choose, enter next'],
  ['whose object is chosen from a list', drive, {}, 'enter choose'],
  ['whose object was chosen', node, { node: 'n1' }, 'enter choose, backspace empty'],
  ['of rows', disks, {}, 'enter open'],
  ['of lines', script, {}, 'enter edit'],
  ['that can only be read', { ...name, writable: false }, {}, 'enter next'],
])('the keys of a field %s', (_what, field, before, keys) => {
  expect(hintsOf(field, before)).toBe(`up/down field, ${keys}, pgdn buttons, esc cancel`);
});

it('a button and what is folded say what enter does', () => {
  expect(hintsOf(name, {}, 'pgdn')).toContain('left/right button, enter Save');
  expect(hintsOf(rare, {}, 'down')).toContain('enter show more');
  expect(hintsOf(rare, {}, 'down', 'enter')).toContain('enter show fewer');
});

it('what was chosen and may be left open can be emptied again', () => {
  expect(hintsOf(bus, {}, 'right')).toContain('left/right choose, backspace empty, enter next');
  expect(hintsOf(bus, {}, 'right', 'backspace')).not.toContain('empty');
  expect(hintsOf({ ...bus, default: 'virtio' }, {}, 'right')).not.toContain('empty');
});
