import { beforeEach, describe, expect, it } from 'vitest';
import { openTalk } from '../../test/plain/typed-lines.ts';
import type { Settings } from '../platforms/contract.ts';
import { type AnyField, type Button, createForm, type Form } from '../screens/forms/form-state.ts';
import { isLineLayer, lineForm } from './line-form.ts';

type Talk = ReturnType<typeof openTalk>;
let talk: Talk;
beforeEach(() => {
  talk = openTalk();
});
const ESC = '\x1b[27u';

const field = (key: string, label: string, more: object = {}) =>
  ({
    key,
    label,
    help: `The ${key}.\nMore of it.`,
    kind: 'text',
    required: false,
    writable: true,
    ...more,
  }) as unknown as AnyField;
const FIELDS = [
  field('name', 'Name', { required: true }),
  field('count', 'VMs', { kind: 'count', default: 60 }),
  field('uuid', 'UUID', { writable: false }),
  field('secret', 'Password', { sensitive: true }),
  field('start', 'Start it', { kind: 'flag' }),
];
const BUTTONS = [
  { id: 'save', label: 'Save' },
  { id: 'cancel', label: 'Cancel' },
];

interface Given {
  readonly fields?: readonly AnyField[];
  readonly before?: Settings;
  readonly destroys?: boolean;
  readonly late?: boolean;
  readonly buttons?: readonly Button[];
}

/** A form that is open, and what its dialog was reported. */
function open({ fields = FIELDS, before = {}, destroys = false, late = false, buttons = BUTTONS }: Given = {}) {
  const told: string[] = [];
  let form: Form | undefined = late ? undefined : createForm({ fields, before, buttons });
  const close = () => talk.stage.layers.close(dialog.layer);
  const dialog = lineForm(talk.stage, talk.voice, talk.typing, {
    title: 'Add an endpoint',
    form: () => form,
    pressed(id) {
      told.push(id);
      if (id === 'cancel' || (id === 'save' && form?.check())) close();
    },
    edited: () => told.push('edited'),
    cancel() {
      told.push('given up');
      close();
    },
    destroys,
  });
  talk.stage.layers.open(dialog.layer);
  return {
    dialog,
    told,
    close,
    form: () => form as Form,
    comes() {
      form = createForm({ fields, before, buttons });
    },
  };
}
const NEXT = 'Number of a field to change it, ? to hear them, or Save, Cancel: ';

describe('a form in lines', () => {
  it('asks for what must be filled in, reads the fields, and ends with its button', async () => {
    const { told, form, dialog } = open();
    await talk.type('');
    expect(talk.said()).toBe('Add an endpoint\nName. The name. Now empty: ');
    await talk.type('lab\r');
    expect(talk.said()).toBe(
      `lab\n1: Name, lab\n2: VMs, 60\n3: UUID, empty\n4: Password, empty\n5: Start it, empty\n${NEXT}`,
    );
    await talk.type('save\r');
    expect([told, form().values()]).toEqual([['edited', 'save'], { name: 'lab' }]);
    expect([talk.typing.take({ kind: 'paste', text: 'x' }), talk.failures, isLineLayer(dialog.layer)]).toEqual([
      false,
      [],
      true,
    ]);
    expect(isLineLayer({ ...dialog.layer })).toBe(false);
  });

  it('does not ask for what is there already, and changes fields by their numbers', async () => {
    const { told, form } = open({ before: { name: 'lab', secret: 'old' } });
    await talk.type('');
    expect(talk.said()).toMatch(/1: Name, lab\n2: VMs, 60\n3: UUID, empty\n4: Password, hidden\n/);
    await talk.type('2\r');
    expect(talk.said()).toBe('2\nVMs. The count. Now 60: ');
    await talk.type('seven\r');
    expect(talk.said()).toMatch(/^seven\n.*\nVMs\. The count\. Now 60: $/);
    await talk.type('7\r');
    expect(talk.said()).toBe(`7\n${NEXT}`);
    await talk.type('5\r');
    expect(talk.said()).toContain('Start it. The start. One of yes, no. Now empty: ');
    await talk.type('\r');
    await talk.type(' 3 \r');
    expect(talk.said()).toContain("UUID can't be changed here\n");
    await talk.type('4\r');
    expect(talk.said()).toContain('Password. The secret. Now hidden: ');
    await talk.type('hunter2\r');
    expect(talk.said()).not.toContain('hunter2');
    expect([told, form().values()]).toEqual([['edited', 'edited'], { name: 'lab', count: 7, secret: 'hunter2' }]);
    await talk.type('?\r');
    expect(talk.said()).toMatch(/2: VMs, .*7/);
  });

  it('says what is none of its buttons and fields, and asks again', async () => {
    const { told } = open({ before: { name: 'lab' } });
    await talk.type('');
    talk.said();
    for (const word of ['9', 'x', '']) {
      await talk.type(`${word}\r`);
      expect(talk.said()).toBe(word === '' ? `\n${NEXT}` : `${word}\n${word} is none of them\n${NEXT}`);
    }
    expect(told).toEqual([]);
  });

  it.each([
    ['where something must be filled in', {}, ESC],
    ['where a button is asked for', { name: 'lab' }, ESC],
    ['in the middle of a change', { name: 'lab' }, `2\r${ESC}${ESC}`],
  ])('is given up with Esc %s', async (_where, before, typed) => {
    const { told } = open({ before });
    await talk.type(typed);
    await talk.clock.pass(0);
    expect(told).toEqual(['given up']);
  });

  it('says which field is wrong when a button finds it, except for the one that gives up', async () => {
    const { told, form } = open({ before: { name: 'lab' } });
    await talk.type('');
    form().set('name', '');
    talk.said();
    await talk.type('save\r');
    expect(talk.said()).toMatch(/^save\nName: Name is needed\nNumber of a field/);
    await talk.type('cancel\r');
    expect([talk.said(), told]).toEqual(['cancel\n', ['save', 'cancel']]);
  });

  it('waits while its button is at work, and half a second for one that says nothing', async () => {
    const { told, dialog } = open({ before: { name: 'lab' }, buttons: [{ id: 'test', label: 'Test' }] });
    const next = 'Number of a field to change it, ? to hear them, or Test: ';
    await talk.type('');
    talk.said();
    await talk.type('test\r');
    await talk.clock.pass(499);
    expect(talk.said()).toBe('test\n');
    await talk.clock.pass(1);
    expect(talk.said()).toBe(next);
    await talk.type('test\r');
    dialog.tell(['testing'], 'more will come');
    await talk.clock.pass(60_000);
    expect(talk.said()).toBe('test\ntesting\n');
    dialog.tell(['testing', 'step 2'], 'more will come');
    await talk.clock.pass(60_000);
    dialog.tell(['testing', 'passed']);
    await talk.clock.pass(0);
    expect(talk.said()).toBe(`step 2\npassed\n${next}`);
    expect(told).toEqual(['test', 'test']);
  });

  it('is filled when the host has answered, and goes where there is nothing to fill', async () => {
    const waits = open({ late: true });
    waits.dialog.tell(['looking'], 'more will come');
    await talk.type('');
    expect(talk.said()).toBe('looking\nAdd an endpoint\n');
    waits.comes();
    waits.dialog.tell(['looking', 'found']);
    await talk.type('');
    expect(talk.said()).toBe('found\nName. The name. Now empty: ');
    await talk.type(ESC);
    expect(waits.told).toEqual(['given up']);
    const none = open({ late: true });
    await talk.type('');
    expect(none.told).toEqual(['given up']);
  });

  it('ends its question when it is closed from elsewhere', async () => {
    const { told, close } = open();
    await talk.type('');
    close();
    await talk.type('');
    expect([talk.typing.take({ kind: 'paste', text: 'x' }), told]).toEqual([false, ['given up']]);
  });

  it('that destroys takes nothing that was typed before it was asked', async () => {
    const { told } = open({ before: { name: 'lab' }, destroys: true });
    for (const event of 'save') talk.typing.take({ kind: 'paste', text: event });
    talk.typing.take({
      kind: 'key',
      name: 'enter',
      ctrl: false,
      alt: false,
      shift: false,
      text: '',
      raw: '\r',
      read: 1,
    });
    await talk.type('');
    expect(told).toEqual([]);
    await talk.type('save\r');
    expect(told).toEqual(['save']);
  });
});
