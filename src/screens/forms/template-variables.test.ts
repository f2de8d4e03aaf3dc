import { expect, it } from 'vitest';
import { openForms } from '../../../test/screens/light-forms.ts';
import type { Template } from '../../state/templates/template.ts';
import { askVariables } from './template-variables.ts';

const template = { group: 'Lab', name: 'web' } as Template;
/** One place knows its bridge, and another does not; they have a zone each. */
const PLACES = [
  { values: { BRIDGE: 'br0', ZONE: 'a', SIZE: '4 ' }, open: [] },
  { values: { BRIDGE: '', ZONE: 'b', SIZE: '4 ' }, open: ['BRIDGE'] },
];

it('F-099 asks first for what some place needs, and gives what was changed alone', async () => {
  const { stage, drawn, press, type } = await openForms();
  const said = askVariables(stage, template, PLACES);
  expect(drawn()).toMatchInlineSnapshot(`
    "╭─ Create VM from Lab/web ───────────────────────────────────────────────────────────────╮
    │ Name*                                                                                  │
    │ $BRIDGE*                                                                               │
    │ $ZONE                                                                                  │
    │ $SIZE            4                                                              4  → 4 │
    │                                                                                        │
    │ What the VM is called.                                                                 │
    │                                                                                        │
    │  Continue    Cancel                                                                    │
    ╰────────────────────────────────────────────────────────────────────────────────────────╯"
  `);
  type('web1');
  press('down');
  expect(drawn()).toContain('What BRIDGE stands for where nothing says it; places that have a value of their own');
  press('pgdn', 'enter');
  expect(drawn()).toContain('$BRIDGE is needed');
  type('br-dmz');
  press('pgdn', 'enter');
  expect(await said).toEqual({ name: 'web1', variables: { BRIDGE: 'br-dmz' }, needed: ['BRIDGE'] });
  expect(stage.layers.top).toBeUndefined();
});

it('gives nothing where the user leaves it', async () => {
  const { stage, press } = await openForms();
  const said = askVariables(stage, template, PLACES);
  press('esc');
  expect(await said).toBeUndefined();
});
