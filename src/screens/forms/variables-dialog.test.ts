import { describe, expect, it } from 'vitest';
import { openForms } from '../../../test/screens/light-forms.ts';
import { settled } from '../../../test/screens/light-stage.tsx';
import { FleetError } from '../../errors.ts';
import { editVariables } from './variables-dialog.ts';

describe('the variables of a pool', () => {
  it('are changed, taken away and added', async () => {
    const { stage, drawn, press, type, sent, said } = await openForms();
    editVariables(stage, 'prod');
    expect(drawn()).toMatchInlineSnapshot(`
      "╭─ Variables of prod ────────────────────────────────────────────────────────────────────╮
      │ A                one                                                                   │
      │ B                two                                                                   │
      │ New variable                                                                           │
      │   its value                                                                            │
      │ New variable                                                                           │
      │   its value                                                                            │
      │ New variable                                                                           │
      │   its value                                                                            │
      │                                                                                        │
      │ The value of A; empty takes the variable away.                                         │
      │                                                                                        │
      │  Save    Cancel                                                                        │
      ╰────────────────────────────────────────────────────────────────────────────────────────╯"
    `);
    press('x', 'down', 'backspace', 'down');
    type('C');
    press('down');
    type('three');
    press('pgdn', 'enter');
    await settled(5);
    expect(sent).toMatchObject([['change', { variables: { A: 'x', C: 'three' } }, 'as it was']]);
    expect([stage.layers.top, said()]).toEqual([undefined, expect.stringContaining('prod')]);
  });

  it('stay in their form when they can not be saved, or are wrong', async () => {
    const { stage, drawn, press, type, sent } = await openForms({
      change: () => Promise.reject(new FleetError('config.conflict', 'changed meanwhile')),
    });
    editVariables(stage, 'prod');
    press('down', 'down');
    type('1');
    press('pgdn', 'enter');
    await settled(5);
    expect(sent).toEqual([]);
    press('backspace', 'pgdn', 'enter');
    await settled(5);
    expect([sent.length, drawn().includes('changed meanwhile')]).toEqual([1, true]);
    press('pgdn', 'right', 'enter');
    expect(stage.layers.top).toBeUndefined();
    editVariables(stage, 'other');
    expect(drawn()).toContain('Variables of other');
    press('esc');
    expect(stage.layers.top).toBeUndefined();
  });
});
