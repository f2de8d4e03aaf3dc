import { expect, it } from 'vitest';
import { type AnyField, createForm } from '../../src/screens/forms/form-state.ts';

const advanced = (key: string): AnyField => ({
  key,
  label: key,
  help: 'A text.',
  kind: 'text',
  advanced: true,
  writable: true,
});

const foldIsOpen = (before: Record<string, string>) =>
  createForm({ fields: [advanced('one'), advanced('other')], before, buttons: [] })
    .stops()
    .some((stop) => stop.kind === 'fold' && stop.open);

it('F-071 a form opens its advanced fields when any of them was set', () => {
  expect(foldIsOpen({ other: 'set' })).toBe(true);
  expect(foldIsOpen({})).toBe(false);
});
