import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { openTalk } from '../../test/plain/typed-lines.ts';
import { disks, drive, node, openForm, rowsIn, script, tags } from '../../test/screens/light-fields.ts';
import type { Settings } from '../platforms/contract.ts';
import type { AnyField, ChoicesOf } from '../screens/forms/form-state.ts';
import { gib } from '../units.ts';
import { lineForm } from './line-form.ts';

let talk: ReturnType<typeof openTalk>;
beforeEach(() => {
  talk = openTalk();
  Object.assign(talk.stage, {
    dialogs: talk.dialogs,
    look: { theme: { paint: (_word: string, text: string) => text } },
    terminal: { size: () => ({ columns: 80, rows: 24 }) },
  });
});
const ESC = '\x1b[27u';

const open = (fields: readonly AnyField[], choicesOf?: ChoicesOf, before?: Settings) =>
  openForm(talk.stage, (options) => lineForm(talk.stage, talk.voice, talk.typing, options), {
    fields,
    before,
    choicesOf,
  });
const WHICH = 'Number of a disk to change it, a to add one, x and a number to take it away, or Enter to go back: ';

describe('rows in lines', () => {
  it('are read, added, changed and taken away', async () => {
    const { form, edited } = open([disks]);
    await talk.type('');
    expect(talk.said()).toContain('1: Disks, 2 disks\n');
    await talk.type('1\r');
    expect(talk.said()).toBe(
      `1\n1: disk vda: Size 20GiB, Bus virtio, Queues 4, Key ********\n2: disk vdb: Size 10GiB, Bus sata\n${WHICH}`,
    );
    await talk.type('a\r');
    expect(talk.said()).toContain('New disk\nSize. How big. Now empty: ');
    await talk.type('30GiB\r');
    await talk.type('done\r');
    expect(talk.said()).toContain('3: disk 3: Size 30GiB, Bus virtio, Queues 2\n');
    await talk.type('2\r');
    expect(talk.said()).toContain('disk vdb\n');
    await talk.type('2\r');
    await talk.type('40GiB\r');
    await talk.type('done\r');
    await talk.type('x 1\r');
    expect(talk.said()).toContain('1: disk vdb: Size 40GiB, Bus sata\n2: disk 2: Size 30GiB');
    for (const word of ['3', 'x3', '0', 'what']) {
      await talk.type(`${word}\r`);
      expect(talk.said()).toBe(`${word}\n${word} is none of them\n${WHICH}`);
    }
    await talk.type('\r');
    expect(talk.said()).toContain('Number of a field to change it');
    await talk.type('?\r');
    expect(talk.said()).toContain('1: Disks, changed, after restart\n');
    expect(form.changes()).toEqual({
      disk: [
        { device: 'vdb', size: gib(40), bus: 'sata', serial: 'S1' },
        { size: gib(30), bus: 'virtio', queues: 2 },
      ],
    });
    expect(edited()).toBe(1);
  });

  it('stay as they are when the form of one is given up, and can be left with Esc', async () => {
    const { form, edited } = open([disks]);
    await talk.type('1\r');
    await talk.type('1\r');
    await talk.type('cancel\r');
    expect(talk.said()).toContain(WHICH);
    await talk.type(ESC);
    expect(talk.said()).toContain('Number of a field to change it');
    expect([form.changes(), edited(), rowsIn(form.values()).length]).toEqual([{}, 0, 2]);
  });

  it('are only read where they can’t be changed', async () => {
    open([{ ...disks, writable: false }]);
    await talk.type('1\r');
    expect(talk.said()).toMatch(/2: disk vdb: Size 10GiB, Bus sata\nNumber of a field/);
  });

  it('are asked for where one is needed', async () => {
    open([{ ...disks, required: true }], undefined, {});
    await talk.type('');
    expect(talk.said()).toContain(`no disks\n${WHICH}`);
  });

  it('are pairs, too', async () => {
    const { form } = open([tags]);
    await talk.type('1\r');
    expect(talk.said()).toContain('1: tag stage: Value test\n');
    await talk.type('a\r');
    await talk.type('owner\r');
    await talk.type('2\r');
    await talk.type('ada\r');
    await talk.type('done\r');
    expect(form.changes()).toEqual({ tag: { stage: 'test', owner: 'ada' } });
  });

  it('end with their form', async () => {
    const { close } = open([disks]);
    await talk.type('1\r');
    await talk.type('a\r');
    close();
    await talk.type('');
    expect([talk.stage.layers.all, talk.failures]).toEqual([[], []]);
    expect(talk.typing.take({ kind: 'paste', text: 'x' })).toBe(false);
  });
});

describe('objects in lines', () => {
  it('are chosen by number or name', async () => {
    const { form } = open([node, drive], async () => [
      { label: 'n1', value: 'n1' },
      { label: 'n2', value: 'n2' },
    ]);
    await talk.type('1\r');
    await talk.type('');
    expect(talk.said()).toContain('Node.\n1: n1\n2: n2\nNumber, or the beginning of the words: ');
    await talk.type('2\r');
    await talk.type('2\r');
    await talk.type('');
    expect(talk.said()).toContain('1: none\n2: n1\n3: n2\n');
    await talk.type('none\r');
    expect(form.changes()).toEqual({ node: 'n2', cd: null });
  });

  it('are not all read where there are too many to be listened to', async () => {
    const many = Array.from({ length: 101 }, (_, at) => ({ label: `node ${at}`, value: `n${at}` }));
    const { form } = open([node], async () => many);
    await talk.type('1\r');
    await talk.type('');
    expect(talk.said()).toMatch(/100: node 99\nand 1 more\nNumber/);
    await talk.type('node 100\r');
    expect(form.changes()).toEqual({ node: 'n100' });
  });

  it('are typed where they can’t be listed, which is said', async () => {
    const { form } = open([node], () => Promise.reject(new Error('the host is busy')));
    await talk.type('1\r');
    await talk.type('');
    expect(talk.said()).toContain('Node has to be typed: the host is busy\nNode. Which node. Now n1: ');
    await talk.type('n3\r');
    expect(form.changes()).toEqual({ node: 'n3' });
  });
});

describe('text of many lines in lines', () => {
  it('is typed line by line', async () => {
    const { form, edited } = open([script]);
    await talk.type('1\r');
    expect(talk.said()).toContain(
      'User data. What cloud-init does. Now 2 lines. The first line, @ and the path of a file, a dot alone for nothing, or Enter to keep it: ',
    );
    await talk.type('#cloud-config\r');
    await talk.type('\r');
    await talk.type('a: 1\r');
    await talk.type('.\r');
    expect([form.changes(), edited()]).toEqual([{ 'user-data': '#cloud-config\n\na: 1\n' }, 1]);
  });

  it.each([
    ['\r', {}],
    [ESC, {}],
    ['.\r', { 'user-data': '' }],
    [`x\r${ESC}`, {}],
  ])('after %j is changed by %j', async (typed, changes) => {
    const { form } = open([script]);
    await talk.type('1\r');
    await talk.type(typed);
    expect(form.changes()).toEqual(changes);
  });

  it('is read from a file, or asked again', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'drover-lines-'));
    await writeFile(join(folder, 'init'), 'a\r\nb\r\n');
    const { form } = open([script]);
    await talk.type('1\r');
    await talk.type(`@${join(folder, 'none')}\r`);
    await vi.waitFor(() => expect(talk.said()).toContain("that file can't be read: it is not there"));
    await talk.type(`@${join(folder, 'init')}\r`);
    await vi.waitFor(() => expect(form.changes()).toEqual({ 'user-data': 'a\nb\n' }));
    await rm(folder, { recursive: true });
  });
});
