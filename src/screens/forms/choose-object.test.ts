import { describe, expect, it } from 'vitest';
import { BEFORE, disks, drive, node, openFields } from '../../../test/screens/light-fields.ts';
import { settled } from '../../../test/screens/light-stage.tsx';
import type { Settings } from '../../platforms/contract.ts';
import type { ChoicesOf } from './form-state.ts';

const named = (...names: readonly string[]) => names.map((name) => ({ label: `${name}, free`, value: name }));
const fields = [node, drive];

describe('an object in a form', () => {
  it.each(['enter', 'left', 'right', 'space'])('is chosen from a list that opens with %s', async (key) => {
    const { press, drawn, form } = openFields({ fields, choicesOf: async () => named('n1', 'n2') });
    expect(drawn()).toContain('n1 ▸');
    press('x', key);
    expect(drawn()).toContain('looking what there is…');
    await settled(3);
    expect(drawn()).toContain('n2, free');
    press('down', 'enter');
    await settled(3);
    expect(form.values()['node']).toBe('n2');
    expect(form.stops()[form.at]).toMatchObject({ field: { key: 'cd' } });
  });

  it('is chosen before the next key, which may come right behind', async () => {
    const { press, form } = openFields({ fields, choicesOf: async () => named('n1', 'n2') });
    press('enter');
    await settled(3);
    press('down', 'enter', 'pgdn');
    expect(form.values()['node']).toBe('n2');
    await settled(3);
    expect(form.stops()[form.at]).toMatchObject({ kind: 'button' });
  });

  it('depends on the one that it is under, and is empty when that is another one', async () => {
    const asked: [string, Settings][] = [];
    const choicesOf: ChoicesOf = async ({ key }, values) => {
      asked.push([key, values]);
      return named('b', 'c');
    };
    const { press, form } = openFields({ fields, choicesOf });
    press('enter');
    await settled(3);
    press('enter');
    await settled(3);
    expect(form.values()).toEqual({ node: 'b', cd: '' });
    press('enter');
    await settled(3);
    press('down', 'enter');
    await settled(3);
    expect(form.values()).toEqual({ node: 'b', cd: 'b' });
    expect(asked).toEqual([
      ['node', { node: 'n1', cd: 'a.iso' }],
      ['cd', { node: 'b', cd: '' }],
    ]);
  });

  it('stays as it is when the one that it is under is chosen once more', async () => {
    const { press, form } = openFields({ fields, choicesOf: async () => named('n1') });
    press('enter');
    await settled(3);
    press('enter');
    await settled(3);
    expect(form.changes()).toEqual({});
  });

  it('may be none, and is emptied with backspace', async () => {
    const { press, form, drawn } = openFields({ fields: [drive], choicesOf: async () => named('a.iso') });
    press('enter');
    await settled(3);
    press('enter');
    await settled(3);
    expect(form.changes()).toEqual({ cd: null });
    expect(drawn()).toContain('a.iso → none');
    press('pgup', 'backspace');
    expect(form.changes()).toEqual({ cd: '' });
  });

  it.each<[string, ChoicesOf, string]>([
    ['fails', () => Promise.reject(new Error('the host is busy')), 'Type it: the host is busy.'],
    [
      'is too long',
      async () => named(...Array.from({ length: 2_001 }, String)),
      'Type it: there are 2001 nodes, too many',
    ],
    ['is empty', async () => [], 'Type it: there are no nodes to choose from.'],
  ])('is typed when the list %s, which is said', async (_how, choicesOf, why) => {
    const { press, type, drawn, form, stage } = openFields({ fields, choicesOf });
    press('enter');
    await settled(3);
    expect(stage.layers.all).toHaveLength(1);
    expect(drawn()).toContain(why);
    type('x');
    expect(form.values()['node']).toBe('x');
    press('enter');
    expect(form.stops()[form.at]).toMatchObject({ field: { key: 'cd' } });
  });

  it('is typed when the list does not come in time', async () => {
    const { press, drawn, clock } = openFields({
      fields,
      choicesOf: (_field, _values, signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    });
    press('enter');
    await clock.pass(15_000);
    await settled(3);
    expect(drawn()).toContain('Type it: the list of nodes did not come.');
  });

  it('can be chosen again once the one that it is under is another one', async () => {
    let fails = true;
    const choicesOf: ChoicesOf = async ({ key }) => {
      if (key === 'cd' && fails) throw new Error('busy');
      return named('n2');
    };
    const { press, form } = openFields({ fields, choicesOf });
    press('down', 'enter');
    await settled(3);
    expect(form.whyTyped(drive)).toBe('busy');
    fails = false;
    press('up', 'enter');
    await settled(3);
    press('enter');
    await settled(3);
    expect(form.whyTyped(drive)).toBeUndefined();
  });

  it('is a text where it can not be listed', () => {
    const { press, type, form, drawn } = openFields({ fields });
    type('n7');
    press('enter');
    expect(form.values()['node']).toBe('n7');
    expect(drawn()).not.toContain('▸');
  });

  it('stays as it was when the list is given up, or closed with its form', async () => {
    const { press, form, close, stage } = openFields({ fields, choicesOf: async () => named('n2') });
    press('enter');
    await settled(3);
    press('esc');
    await settled(3);
    expect([form.changes(), form.whyTyped(node)]).toEqual([{}, undefined]);
    press('enter');
    close();
    await settled(3);
    expect([stage.layers.all, form.whyTyped(node)]).toEqual([[], undefined]);
  });

  it('in a row knows the values around it', async () => {
    const asked: unknown[] = [];
    const choicesOf: ChoicesOf = async ({ key }, values) => {
      asked.push([key, values['node'], values['device']]);
      return named('fast');
    };
    const { press, form } = openFields({ fields: [disks, node], choicesOf });
    press('enter', 'enter', 'pgdn', 'up', 'enter');
    await settled(3);
    press('enter');
    await settled(3);
    press('pgdn', 'enter');
    await settled(3);
    expect(asked).toEqual([['storage', 'n1', 'vda']]);
    expect(form.changes()).toEqual({
      disk: [{ ...(BEFORE['disk'] as Settings[])[0], storage: 'fast' }, (BEFORE['disk'] as Settings[])[1]],
    });
  });
});
