import { describe, expect, it } from 'vitest';
import { BEFORE, disks, openFields, rowsIn, tags } from '../../../test/screens/light-fields.ts';
import { settled } from '../../../test/screens/light-stage.tsx';
import { gib } from '../../units.ts';
import { keyNamed } from '../keys.ts';
import { createForm } from './form-state.ts';

describe('a list in a form', () => {
  it('is a line that says how many, and opens its rows', async () => {
    const { drawn, press } = openFields();
    expect(drawn()).toMatchInlineSnapshot(`
      "╭─ web1 ───────────────────────────────────────────────────────────────────────╮
      │ Disks            2 disks ▸                                                   │
      │ Tags             1 tag ▸                                                     │
      │ Node             n1                                                          │
      │ CD               a.iso                                                       │
      │ User data        2 lines ▸                                                   │
      │                                                                              │
      │ The disks of the VM.                                                         │
      │                                                                              │
      │  Save                                                                        │
      ╰──────────────────────────────────────────────────────────────────────────────╯"
    `);
    press('enter');
    expect(drawn()).toMatchInlineSnapshot(`
      "╭─ web1 ───────────────────────────────────────────────────────────────────────╮
      │ Disks            2 disks ▸                                                   │
      │ Tags             1 tag ▸                                                     │
      ╭─ Disks ──────────────────────────────────────────────────────────────────────╮
      │ Device  Size   Bus     Queues  Key                                           │
      │ vda     20GiB  virtio  4       ********                                      │
      │ vdb     10GiB  sata                                                          │
      ╰──────────────────────────────────────────────────────────────────────────────╯
      │                                                                              │
      │  Save                                                                        │
      ╰──────────────────────────────────────────────────────────────────────────────╯"
    `);
    press('j', 'k', 'down', 'esc');
    expect(drawn()).toContain('2 disks ▸');
  });

  it('is left open where nothing stands yet, and has none where there is none', () => {
    const fields = [{ ...disks, default: [] }];
    expect(openFields({ fields, before: {} }).drawn()).toMatch(/Disks +- ▸/);
    expect(openFields({ fields, before: { disk: [] } }).drawn()).toMatch(/Disks +no disks ▸/);
  });

  it.each(['enter', 'right', 'space'])('opens with %s', (key) => {
    const { press, stage } = openFields();
    press(key);
    expect(stage.layers.all).toHaveLength(2);
    press('left');
    expect(stage.layers.all).toHaveLength(1);
  });

  it('gets a new row by a small form, which is marked as a change in the outer one', async () => {
    const { press, type, drawn, form, edited } = openFields();
    press('enter', 'a');
    expect(drawn()).toMatchInlineSnapshot(`
      "╭─ New disk ───────────────────────────────────────────────────────────────────╮
      │ Device                                                                       │
      │ Size*                                                                        │
      │ Bus              < virtio >                                                  │
      │ Queues           2                                                           │
      │ Key                                                                          │
      │ Storage                                                                      │
      │                                                                              │
      │ Where it is.                                                                 │
      │                                                                              │
      │  Done    Cancel                                                              │
      ╰──────────────────────────────────────────────────────────────────────────────╯"
    `);
    press('down');
    type('30GiB');
    press('pgdn', 'enter');
    await settled();
    expect(drawn()).toContain('│         30GiB  virtio');
    press('esc');
    await settled();
    expect(drawn()).toMatch(/3 disks ▸ +2 disks → 3 disks, after restart/);
    expect(form.changes()).toEqual({ disk: [...rowsIn(BEFORE), { size: gib(30), bus: 'virtio', queues: 2 }] });
    expect(edited()).toBe(1);
  });

  it('has a new row before the next key, which may come right behind', () => {
    const { press, form } = openFields({ fields: [{ ...disks, item: [disks.item[0], disks.item[4]] as never }] });
    press('enter', 'a', 'v', 'pgdn', 'enter', 'esc');
    expect(rowsIn(form.values())).toHaveLength(3);
  });

  it('changes a row, keeps what the form does not know of it, and never its identity', async () => {
    const { press, type, drawn, form } = openFields();
    press('enter', 'j', 'enter');
    expect(drawn()).toContain('╭─ disk vdb ─');
    type('x');
    press('down');
    type('40GiB');
    press('pgdn', 'enter');
    await settled();
    press('esc');
    await settled();
    expect(form.changes()).toEqual({
      disk: [rowsIn(BEFORE)[0], { device: 'vdb', size: gib(40), bus: 'sata', serial: 'S1' }],
    });
    expect(drawn()).toContain('changed, after restart');
  });

  it('takes a row away by leaving it out, and says that nothing is deleted', async () => {
    const { press, drawn, form } = openFields();
    press('enter', 'x');
    expect(drawn()).toContain('Taken away: vda. Nothing of it is deleted.');
    press('x', 'x', 'enter');
    expect(drawn()).toContain('no disks: a adds one');
    press('esc');
    await settled();
    expect(drawn()).toMatch(/no disks ▸ +2 disks → no disks, after restart/);
    expect(form.changes()).toEqual({ disk: [] });
  });

  it('takes the last rows away one after the other', () => {
    const { press, form } = openFields();
    press('enter', 'j', 'x', 'x');
    expect(form.changes()).toEqual({ disk: [] });
  });

  it('opens with a plain key alone', () => {
    const { form } = openFields();
    const opened = ['enter', 'alt-enter', 'ctrl-right', 'j'].map((name) => {
      const key = keyNamed(name);
      return key && form.opens(key)?.key;
    });
    expect(opened).toEqual(['disk', undefined, undefined, undefined]);
  });

  it('that the form was not filled with is taken for empty', () => {
    const form = createForm({ fields: [disks, tags], before: BEFORE, start: {}, buttons: [] });
    expect(form.changes()).toEqual({ disk: [], tag: {} });
  });

  it('that was changed back is no change', async () => {
    const { press, type, form } = openFields();
    press('enter', 'j', 'x', 'a');
    type('vdb');
    press('down');
    type('10GiB');
    press('down', 'right', 'pgdn', 'enter');
    await settled();
    press('esc');
    const [, vdb] = rowsIn(form.values());
    // The new one has no serial number.
    expect(vdb).toEqual({ device: 'vdb', size: gib(10), bus: 'sata' });
    form.set('disk', [...rowsIn(BEFORE)].reverse());
    expect(form.changes()).toEqual({});
  });

  it('does not take two rows of one identity, nor a row that is wrong', async () => {
    const { press, type, drawn, form } = openFields();
    press('enter', 'a');
    type('vda');
    press('pgdn', 'enter');
    expect(drawn()).toContain('Size is needed');
    type('1GiB');
    press('pgdn', 'enter');
    await settled();
    expect(drawn()).toContain('there is a disk vda already');
    type('vdc');
    press('pgdn', 'enter');
    await settled();
    expect(rowsIn(form.values()).map(({ device }) => device)).toEqual(['vda', 'vdb', 'vdc']);
  });

  it('is held to its rules as a whole', () => {
    const { form } = openFields({
      fields: [{ ...disks, required: true }],
      before: { disk: [{ device: 'vda', size: 5 }] },
    });
    expect(form.check()).toBe(false);
    expect(form.wrong(disks)).toBe('row 1, size: Size must be at least 1GiB');
    form.set('disk', []);
    expect(form.wrong({ ...disks, required: true })).toBe('Disks is needed');
  });

  it('can be looked at where it can only be read', async () => {
    const { press, drawn, form } = openFields({ fields: [{ ...disks, writable: false }] });
    press('enter', 'x', 'a', 'enter');
    expect(drawn()).toContain('Close');
    press('x', 'pgdn', 'enter', 'esc');
    await settled();
    expect([form.changes(), form.values()]).toEqual([{}, { ...form.values(), disk: BEFORE['disk'] }]);
  });

  it.each([
    [40, 12],
    [60, 6],
  ])('has room on a terminal of %i x %i', (columns, rows) => {
    const many = Array.from({ length: 50 }, (_, at) => ({
      device: `device-number-${at}`,
      size: gib(1),
      bus: 'virtio',
    }));
    const { press, drawn } = openFields({ size: { columns, rows }, before: { disk: many } });
    press('enter', 'pgdn', 'pgdn', 'x');
    const lines = drawn().split('\n');
    expect(lines.length).toBeLessThanOrEqual(rows - 1);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
    expect(drawn()).toContain('device-number-2');
  });

  it('says nothing where nothing was there and nothing was done', async () => {
    const { press, form } = openFields({ before: {} });
    press('enter', 'esc');
    await settled();
    expect(form.values()).toEqual({});
  });

  it('is closed with its form, and its row with it', async () => {
    const { press, close, stage } = openFields();
    press('enter', 'a');
    expect(stage.layers.all).toHaveLength(3);
    close();
    await settled();
    expect(stage.layers.all).toEqual([]);
  });
});

describe('pairs in a form', () => {
  it('are rows of a key and its value', async () => {
    const { press, type, drawn, form } = openFields({ fields: [tags] });
    press('enter', 'a');
    type('owner');
    press('down');
    type('ada');
    press('pgdn', 'enter');
    await settled();
    expect(drawn()).toMatchInlineSnapshot(`
      "╭─ web1 ───────────────────────────────────────────────────────────────────────╮
      ╭─ Tags ───────────────────────────────────────────────────────────────────────╮
      │ Key    Value                                                                 │
      │ stage  test                                                                  │
      │ owner  ada                                                                   │
      ╰──────────────────────────────────────────────────────────────────────────────╯
      ╰──────────────────────────────────────────────────────────────────────────────╯"
    `);
    press('k', 'enter', 'down');
    type('live');
    press('pgdn', 'enter');
    await settled();
    expect(form.changes()).toEqual({ tag: { stage: 'live', owner: 'ada' } });
    press('x');
    expect(form.changes()).toEqual({ tag: { owner: 'ada' } });
    expect(drawn()).not.toContain('Taken away');
  });

  it('hide secrets', () => {
    const { press, drawn } = openFields({
      fields: [{ ...tags, sensitive: true }],
      before: { tag: { token: 'hunter2' } },
    });
    press('enter');
    expect(drawn()).toContain('token  ********');
  });
});
