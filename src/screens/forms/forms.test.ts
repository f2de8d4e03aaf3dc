import { describe, expect, it } from 'vitest';
import { openStage } from '../../../test/screens/light-stage.tsx';
import { look, painted, plain } from '../../../test/screens/painted.ts';
import { gib } from '../../units.ts';
import { keyNamed } from '../keys.ts';
import { formLines } from './form-lines.ts';
import { type AnyField, changeText, createForm, type Form, type FormOptions } from './form-state.ts';
import { toldColumns } from './told-columns.ts';

const field = (key: string, given: Partial<AnyField> = {}): AnyField =>
  ({ key, label: key, help: `What ${key} is.`, kind: 'text', writable: true, ...given }) as AnyField;
const FIELDS: readonly AnyField[] = [
  field('host', { required: true, pattern: { source: '^[a-z]+$', complaint: 'letters only' } }),
  field('kind', { kind: 'choice', options: ['ssh', 'tls', 'tcp'], default: 'ssh' }),
  field('memory', { kind: 'bytes', takesEffect: 'restart', examples: ['4GiB', '8GiB'] }),
  field('ca', { when: { key: 'kind', is: ['tls'] } }),
  field('auto', { kind: 'flag', takesEffect: 'now' }),
  field('secret', { sensitive: true }),
  field('fixed', { writable: false }),
  field('port', { advanced: true, kind: 'count', default: 22, takesEffect: 'recreate' }),
  field('extra', { advanced: true }),
];
const BUTTONS = [
  { id: 'save', label: 'Save' },
  { id: 'cancel', label: 'Cancel' },
];

function open(given: Partial<FormOptions> = {}) {
  const form = createForm({ fields: FIELDS, before: {}, buttons: BUTTONS, ...given });
  const press = (...keys: readonly string[]) => {
    let pressed: string | undefined;
    for (const name of keys) {
      const key = keyNamed(name);
      if (!key) throw new Error(name);
      pressed = form.press(key);
    }
    return pressed;
  };
  return { form, press };
}
const at = (form: Form): string => {
  const stop = form.stops()[form.at];
  return stop?.kind === 'field' ? stop.field.key : stop?.kind === 'button' ? stop.button.id : `fold ${stop?.count}`;
};
const text = (form: Form, key: string) => form.inputOf(FIELDS.find((one) => one.key === key) as AnyField).text;

describe('what is left of what a field asks for', () => {
  it('stands beside it when it is known, and gives way to what is wrong', () => {
    let left: Readonly<Record<string, string>> = {};
    const { form, press } = open({ notes: () => left });
    const lines = () => plain(formLines(form, 80, 20, look)).split('\n');
    expect(lines().join('\n')).not.toContain('left');
    left = { memory: '100G of 391G left' };
    expect(lines().find((line) => line.startsWith('memory'))).toContain('100G of 391G left');
    press('down', 'down', 'x');
    expect(lines().find((line) => line.startsWith('memory'))).not.toContain('left');
  });
});

describe('the cursor of a form', () => {
  it('goes from field to field, to the fold and to the buttons', () => {
    const { form, press } = open();
    const path = [at(form)];
    for (let step = 0; step < 9; step++) {
      press('down');
      path.push(at(form));
    }
    expect(path.join(' ')).toBe('host kind memory auto secret fixed fold 2 save cancel cancel');
    press('up');
    expect(at(form)).toBe('save');
    press('shift-tab');
    expect(at(form)).toBe('fold 2');
    press('tab');
    expect(at(form)).toBe('save');
    press('pgup');
    expect(at(form)).toBe('host');
    press('up');
    expect(at(form)).toBe('host');
    press('pgdn');
    expect(at(form)).toBe('save');
  });

  it('begins where it should, and goes between buttons', () => {
    const { form, press } = open({ startAt: 'memory' });
    expect(at(form)).toBe('memory');
    press('pgdn', 'right');
    expect(at(form)).toBe('cancel');
    expect(press('left')).toBeUndefined();
    expect(at(form)).toBe('save');
    expect([press('enter'), press('space')]).toEqual(['save', 'save']);
    form.goTo('auto');
    expect(at(form)).toBe('auto');
    form.goTo('nothing');
    expect(at(form)).toBe('host');
  });

  it.each(['enter', 'space', 'left', 'right'])('unfolds the rarer fields with %s, and folds them', (key) => {
    const { form, press } = open();
    press('pgdn', 'up', key);
    expect(form.stops().filter(({ kind }) => kind === 'field')).toHaveLength(8);
    expect(form.stops()[form.at]).toMatchObject({ kind: 'fold', open: true, count: 2 });
    press(key);
    expect(form.stops()[form.at]).toMatchObject({ open: false });
  });

  it.each([
    [{ port: 22 }, false],
    [{ port: 2222 }, true],
    [{ host: 'a' }, false],
  ])('finds the rarer fields unfolded when one of them is not as usual: %o', (before, isOpen) => {
    const { form } = open({ before });
    expect(form.stops().find(({ kind }) => kind === 'fold')).toMatchObject({ open: isOpen });
  });
});

describe('a field', () => {
  it('is typed over when the cursor comes to it, and goes on with enter unless it is wrong', () => {
    const { form, press } = open({ before: { host: 'abc' } });
    press('x', 'y');
    expect(text(form, 'host')).toBe('xy');
    press('1', 'enter');
    expect([at(form), form.wrong(FIELDS[0] as AnyField)]).toEqual(['host', 'letters only']);
    press('backspace', 'enter');
    expect([at(form), text(form, 'host')]).toEqual(['kind', 'xy']);
    press('up', 'z');
    expect(text(form, 'host')).toBe('z');
  });

  it('that is empty is wrong only once it was touched', () => {
    const { form, press } = open();
    const host = FIELDS[0] as AnyField;
    expect(form.wrong(host)).toBeUndefined();
    press('enter');
    expect([at(form), form.wrong(host)]).toEqual(['kind', expect.stringContaining('')]);
    expect(form.wrong(host)).not.toBeUndefined();
  });

  it('that is emptied again is wrong at once, and each when all are checked', () => {
    const { form, press } = open();
    const host = FIELDS[0] as AnyField;
    press('a', 'backspace');
    expect(form.wrong(host)).toBe('host is needed');
    const other = open({ fields: [field('first', { required: true }), field('second', { required: true })] }).form;
    const second = other.stops()[1];
    expect(other.check()).toBe(false);
    expect(second?.kind === 'field' && other.wrong(second.field)).toMatch(/second/);
  });

  it('of a choice is cycled and emptied', () => {
    const { form, press } = open({ startAt: 'kind' });
    const seen = ['right', 'space', 'right', 'left', 'left', 'backspace', 'left', 'delete'].map((key) => {
      press(key);
      return text(form, 'kind');
    });
    expect(seen).toEqual(['tls', 'tcp', 'ssh', 'tcp', 'tls', '', 'tcp', '']);
    press('x');
    expect(text(form, 'kind')).toBe('');
    form.goTo('auto');
    press('right');
    expect(form.values()).toEqual({ auto: true });
    press('right');
    expect(form.values()).toEqual({ auto: false });
  });

  it('that can only be read takes nothing', () => {
    const { form, press } = open({ before: { fixed: 'as it is' }, startAt: 'fixed' });
    press('x', 'backspace');
    form.paste('y');
    expect(text(form, 'fixed')).toBe('as it is');
    expect(form.wrong(FIELDS[6] as AnyField)).toBeUndefined();
  });

  it('takes what is pasted where it can be typed', () => {
    const { form, press } = open();
    form.paste('pasted');
    press('down');
    form.paste('tls');
    press('pgdn');
    form.paste('no');
    expect(form.values()).toEqual({ host: 'pasted' });
  });

  it('is shown only while another one says so', () => {
    const { form, press } = open({ startAt: 'kind' });
    const keys = () => form.stops().flatMap((stop) => (stop.kind === 'field' ? [stop.field.key] : []));
    expect(keys()).not.toContain('ca');
    press('right');
    expect(keys()).toContain('ca');
  });

  it('can be set and compared again', () => {
    const { form } = open({ before: { host: 'abc', memory: gib(2) } });
    form.set('host', 'xyz');
    form.set('nothing', 'x');
    expect(form.changes()).toEqual({ host: 'xyz' });
    form.rebase({ host: 'xyz', memory: gib(2) });
    expect([form.changes(), form.before]).toEqual([{}, { host: 'xyz', memory: gib(2) }]);
  });

  it('that was emptied is empty, and one that was never there is not', () => {
    const { form, press } = open({ before: { host: 'abc' } });
    press('backspace');
    expect(form.values()).toEqual({ host: '' });
  });

  it('shows what is suggested, which is a change', () => {
    const { form } = open({ before: { host: 'abc' }, start: { host: 'abc', secret: 'env:X' } });
    expect(form.changes()).toEqual({ secret: 'env:X' });
  });
});

describe('what is checked', () => {
  it('is all, and the cursor goes to the first that is wrong', () => {
    const { form, press } = open({ startAt: 'memory' });
    press('x');
    expect(form.check()).toBe(false);
    expect(at(form)).toBe('host');
    press('a');
    expect(form.check()).toBe(false);
    expect(at(form)).toBe('memory');
    press('4', 'G', 'i', 'B');
    expect(form.check()).toBe(true);
    expect(at(form)).toBe('memory');
  });

  it('is unfolded when it is one of the rarer ones', () => {
    const fields = [field('host'), field('port', { advanced: true, kind: 'count' })];
    const { form } = open({ fields, before: {} });
    form.set('port', 'x');
    expect(form.check()).toBe(false);
    expect(at(form)).toBe('port');
  });

  it.each([
    ['memory', gib(4), '2GiB → 4GiB, after restart'],
    ['auto', true, 'no → yes, now'],
    ['port', 23, '22 → 23, when recreated'],
    ['host', 'x', 'abc → x'],
    ['host', 'abc', undefined],
  ])('says what saving would change of %s', (key, value, said) => {
    const { form } = open({ before: { host: 'abc', memory: gib(2), auto: false, port: 22 } });
    form.set(key, value);
    expect(changeText(form, FIELDS.find((one) => one.key === key) as AnyField)).toBe(said);
  });

  it('says nothing of what is made again', () => {
    const { form } = open();
    form.set('host', 'x');
    expect(changeText(form, FIELDS[0] as AnyField)).toBeUndefined();
  });
});

describe('a form as it is drawn', () => {
  const drawn = (form: Form, columns = 70, rows = 20) => formLines(form, columns, rows, look).map(painted).join('\n');

  it('has its fields, the help of the one under the cursor, and its buttons', () => {
    const before = { memory: gib(2), secret: 'hunter2', fixed: 'as it is', auto: true };
    const { form, press } = open({ before, startAt: 'memory' });
    press('4', 'G', 'i', 'B');
    form.set('host', '1');
    expect(drawn(form)).toMatchInlineSnapshot(`
      "{text|host            } {input|1                                       } {danger|letters only}
      {text|kind            } {input|< ssh >}                                              
      {accent|memory          } {input|4GiB}{cursor| }{input|                     } {accent|2GiB → 4GiB, after restart}
      {text|auto            } {input|< yes >}                                              
      {text|secret          } {input|*******                                              }
      {text|fixed           } {dim|as it is                                             }
      {dim|▸ 2 more}

      {dim|What memory is. Such as 4GiB, 8GiB.}
      {dim|}
      {key| Save }  {key| Cancel }"
    `);
  });

  it('shows what is usual, dimmed, and unfolded what is rarer', () => {
    const { form, press } = open({ before: { secret: 'env:PASSWORD' } });
    press('pgdn', 'up', 'enter');
    expect(drawn(form)).toMatchInlineSnapshot(`
      "{text|host*           } {input|                                                     }
      {text|kind            } {input|< ssh >}                                              
      {text|memory          } {input|                                                     }
      {text|auto            } {input|< - >}                                                
      {text|secret          } {input|env:PASSWORD                                         }
      {text|fixed           } {dim|-                                                    }
      {cursor|▾ 2 more}
      {text|port            } {dim|22                                                   }
      {text|extra           } {input|                                                     }



      {key| Save }  {key| Cancel }"
    `);
    press('pgdn');
    expect(drawn(form).split('\n').at(-1)).toMatchInlineSnapshot(`"{cursor| Save }  {key| Cancel }"`);
  });

  it('keeps the field under the cursor in few rows', () => {
    const { form } = open();
    const keys = (rows: number) =>
      drawn(form, 40, rows)
        .split('\n')
        .slice(0, -4)
        .map((line) => /\|(\w+)/.exec(line)?.[1])
        .join(' ');
    expect(keys(7)).toBe('host kind memory');
    form.goTo('memory');
    expect(keys(7)).toBe('kind memory auto');
    form.goTo('fixed');
    expect(keys(7)).toBe('secret fixed ');
    expect(keys(3)).toBe('fixed');
  });

  it('says how many rows are below those that there is room for', () => {
    const { form } = open();
    expect(drawn(form, 40, 7)).toContain('{dim|↓ 4 below}');
    form.goTo('fixed');
    expect(drawn(form, 40, 7)).not.toContain('below');
  });

  it('says what is wrong in place of the help where there is no room beside it', () => {
    const long = field('host', {
      pattern: { source: '^[a-z]+$', complaint: 'only letters and nothing else may stand here' },
    });
    const { form, press } = open({ fields: [long] });
    press('1');
    expect(drawn(form, 60)).toMatchInlineSnapshot(`
      "{accent|host            } {input|1}{cursor| }{input|                        } {danger|only letters an…}

      {danger|only letters and nothing else may stand here}
      {danger|}
      {key| Save }  {key| Cancel }"
    `);
    expect(drawn(form, 88)).toMatchInlineSnapshot(`
      "{accent|host            } {input|1}{cursor| }{input|                        } {danger|only letters and nothing else may stand here}

      {dim|What host is.}
      {dim|}
      {key| Save }  {key| Cancel }"
    `);
    expect(drawn(form, 87)).toContain('{danger|only letters and nothing else may stand here}');
  });
});

it.each([
  [80, 76],
  [84, 80],
  [200, 80],
  [12, 10],
])('lines over a form on a screen of %i columns are %i wide', (columns, told) => {
  expect(toldColumns(openStage({ size: { columns, rows: 24 } }).stage)).toBe(told);
});

describe('a form in a panel', () => {
  const show = (destroys = false) => {
    const { form } = open();
    const calls: string[] = [];
    const light = openStage({ size: { columns: 80, rows: 20 } });
    const dialog = light.stage.dialogs.form({
      title: 'A form',
      form: () => form,
      pressed: (button) => void calls.push(button),
      edited: () => void calls.push('edited'),
      cancel: () => void calls.push('cancelled'),
      destroys,
    });
    light.stage.layers.open(dialog.layer);
    return { ...light, form, dialog, calls };
  };

  it('shows what goes on over its fields', () => {
    const { dialog, drawn } = show();
    dialog.tell(['going on', '']);
    expect(drawn()).toMatchInlineSnapshot(`
      "╭─ A form ─────────────────────────────────────────────────────────────────────╮
      │ going on                                                                     │
      │                                                                              │
      │ host*                                                                        │
      │ kind             < ssh >                                                     │
      │ memory                                                                       │
      │ auto             < - >                                                       │
      │ secret                                                                       │
      │ fixed            -                                                           │
      │ ▸ 2 more                                                                     │
      │                                                                              │
      │ What host is.                                                                │
      │                                                                              │
      │  Save    Cancel                                                              │
      ╰──────────────────────────────────────────────────────────────────────────────╯"
    `);
  });

  it('hands keys and pasted text to its form, and tells of each', () => {
    const { press, calls, form, dialog, stage } = show();
    const { version } = stage;
    press('a');
    dialog.layer.paste?.('bc');
    expect([text(form, 'host'), calls, stage.version]).toEqual(['abc', ['edited', 'edited'], version + 2]);
    press('pgdn', 'enter');
    dialog.tell([]);
    expect([calls.at(-1), stage.version]).toEqual(['save', version + 5]);
    press('esc');
    dialog.layer.dismiss();
    expect(calls.slice(-2)).toEqual(['cancelled', 'cancelled']);
  });

  it('that destroys something takes no key before it was seen', () => {
    const { press, calls, drawn } = show(true);
    press('a', 'esc');
    expect(calls).toEqual([]);
    drawn();
    press('a');
    expect(calls).toEqual(['edited']);
  });
});
