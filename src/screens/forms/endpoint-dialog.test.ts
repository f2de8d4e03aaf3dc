import { describe, expect, it } from 'vitest';
import { type Given, openForms } from '../../../test/screens/light-forms.ts';
import { settled } from '../../../test/screens/light-stage.tsx';
import { MANIFEST } from '../../../test/screens/one-manifest.ts';
import { FleetError } from '../../errors.ts';
import type { Check, Detected } from '../../platforms/contract.ts';
import { addEndpoint, editEndpoint } from './endpoint-dialog.ts';

const valuesSent = ([first]: readonly unknown[]) => (first as [string, { readonly values: object }])[1].values;

describe('an endpoint that is added', () => {
  it('is of a kind, or one that was found here', async () => {
    const found = async () =>
      [{ name: 'local', why: 'its socket is there', values: { host: 'localhost' } }] as unknown as readonly Detected[];
    const { stage, drawn, press, sent } = await openForms({ detect: found });
    void addEndpoint(stage);
    expect(drawn()).toContain('looking what there is…');
    await settled(5);
    expect(drawn()).toMatchInlineSnapshot(`
      "           ╭─ Add endpoint ───────────────────────────────────────────────────╮
                 │ What kind?                                                       │
                 │ ❯ KVM: hosts with libvirt                                        │
                 │   KVM, found here: its socket is there                           │
                 ╰──────────────────────────────────────────────────────────────────╯"
    `);
    press('down', 'enter');
    await settled(5);
    expect(drawn()).toMatchInlineSnapshot(`
      "╭─ Add endpoint: KVM ────────────────────────────────────────────────────────────────────╮
      │ Name             local                                                                 │
      │ Host             localhost                                                             │
      │ Note                                                                                   │
      │ ▸ 4 more                                                                               │
      │                                                                                        │
      │ What drover calls it: letters, digits, dot, dash and underscore.                       │
      │                                                                                        │
      │  Test connection    Save    Cancel                                                     │
      ╰────────────────────────────────────────────────────────────────────────────────────────╯"
    `);
    press('pgdn', 'right', 'enter');
    await settled(5);
    expect(sent).toEqual([
      ['change', { kind: 'endpoint-add', name: 'local', platform: 'kvm', values: { host: 'localhost' } }],
      ['reconnect', 'local'],
    ]);
  });

  it('is not held up by what is looked for, and can be given up', async () => {
    let looked: AbortSignal | undefined;
    const { stage, drawn, press, clock } = await openForms({
      detect: (signal) => {
        looked = signal;
        return new Promise(() => {});
      },
    });
    const done = addEndpoint(stage);
    await clock.pass(1_499);
    expect(drawn()).toContain('looking what there is…');
    const { version } = stage;
    await clock.pass(1);
    expect([stage.version > version, drawn().includes('❯ KVM: hosts with libvirt')]).toEqual([true, true]);
    press('esc');
    await done;
    expect([looked?.aborted, stage.layers.top]).toEqual([true, undefined]);
    const failing = await openForms({ detect: () => Promise.reject(new Error('no')) });
    void addEndpoint(failing.stage);
    await settled(5);
    expect(failing.drawn()).toContain('❯ KVM: hosts with libvirt');
  });

  const form = async (given: Given = {}, host = 'db2.example') => {
    const light = await openForms(given);
    void addEndpoint(light.stage);
    await settled(5);
    light.press('enter');
    await settled(5);
    light.type('db2');
    light.press('down');
    light.type(host);
    light.press('pgdn');
    return light;
  };

  it('is tested before it is saved, with each check told', async () => {
    const checks: readonly Check[] = [
      { check: 'name', ok: true, detail: 'found' },
      { check: 'key', ok: false, detail: 'not trusted', fix: 'drover endpoint trust db2' },
    ];
    const { press, drawn, sent, stage } = await form({ test: async () => checks });
    press('enter');
    expect(drawn()).toContain('testing…');
    press('enter');
    await settled(5);
    expect(sent).toEqual([['test', { name: 'db2', platform: 'kvm', values: { host: 'db2.example' } }]]);
    const lines = drawn()
      .split('\n')
      .slice(1, 4)
      .map((line) => line.replace(/[│ ]+$/, ''));
    // No key of the tree is reached under the form, and the tree has no db2 yet.
    expect(lines).toEqual([
      '│ ✓ name: found',
      '│ ✗ key: not trusted',
      '│ test the connection again, and say yes to its key',
    ]);
    press('right', 'enter');
    await settled(5);
    expect(drawn()).toContain('The test failed: save it all the same?');
    press('n');
    await settled(5);
    expect([sent.length, stage.layers.all.length]).toEqual([1, 1]);
    press('enter');
    await settled(5);
    drawn();
    press('y');
    await settled(5);
    expect(sent.slice(1)).toMatchObject([
      ['change', { kind: 'endpoint-add' }],
      ['reconnect', 'db2'],
    ]);
    expect(stage.layers.top).toBeUndefined();
  });

  const addedTo = async (pool: string) => {
    const light = await openForms();
    void addEndpoint(light.stage, pool);
    await settled(5);
    light.press('enter');
    await settled(5);
    const title = light.drawn().split('\n')[0] ?? '';
    light.type('db2');
    light.press('down');
    light.type('db2.example');
    light.press('pgdn', 'right', 'enter');
    await settled(5);
    return { title, change: light.sent[0], said: light.said() };
  };

  it('lands in the pool that the cursor was on, and says so', async () => {
    const { title, change, said } = await addedTo('prod');
    expect(title).toContain('Add endpoint to pool prod: KVM');
    expect(change).toEqual([
      'change',
      { kind: 'endpoint-add', name: 'db2', platform: 'kvm', values: { host: 'db2.example' }, pool: 'prod' },
    ]);
    expect(said).toBe('db2 was added to pool prod');
  });

  it('is in no pool where that is gone when it is saved, and says so', async () => {
    const { change, said } = await addedTo('old');
    expect(change).not.toHaveProperty([1, 'pool']);
    expect(said).toBe('db2 was added, in no pool: old is gone');
  });

  it('leaves what is as usual out of the file, also where it was chosen', async () => {
    const { press, sent } = await form();
    press('up', 'enter', 'down', 'right', 'right', 'pgdn', 'right', 'enter');
    await settled(5);
    expect(sent[0]).toMatchObject(['change', { name: 'db2', values: { host: 'db2.example' } }]);
    expect(Object.keys((sent[0] as [string, { values: object }])[1].values)).toEqual(['host']);
  });

  it('begins with the defaults of the file, and what it shows against them is saved', async () => {
    const insecure = {
      key: 'insecure',
      label: 'Insecure',
      help: 'Unprotected.',
      kind: 'flag',
      default: false,
    } as const;
    const started = await form({
      manifest: { ...MANIFEST, endpoint: [...MANIFEST.endpoint, insecure] },
      defaults: '{ insecure: true, read-only: true, note: usual, every: 5s }',
    });
    expect(started.drawn()).toMatch(/Note +usual/);
    const rows = started
      .drawn()
      .split('\n')
      .filter((line) => /Insecure|Read-only|Enabled|Every/.test(line));
    expect(rows.map((line) => line.replace(/[│<>\s]+/g, ' ').trim())).toEqual([
      'Insecure yes',
      'Enabled yes',
      'Read-only yes',
      'Every 5s',
    ]);
    started.press('pgdn', 'right', 'enter');
    await settled(5);
    // What was left as the file's defaults have it is not said again.
    expect(started.sent[0]).toMatchObject(['change', { values: { host: 'db2.example' } }]);
    expect(valuesSent(started.sent)).toEqual({ host: 'db2.example' });
    const against = await form({
      manifest: { ...MANIFEST, endpoint: [...MANIFEST.endpoint, insecure] },
      defaults: '{ insecure: true, read-only: true, note: usual }',
    });
    against.press('pgup', 'down', 'down', 'ctrl-u', 'down', 'right', 'down', 'down', 'down', 'right');
    against.press('pgdn', 'right', 'enter');
    await settled(5);
    expect(valuesSent(against.sent)).toEqual({
      host: 'db2.example',
      note: '',
      insecure: false,
      'read-only': false,
    });
  });

  it('is not asked about where the test was good, or something was changed since', async () => {
    const good = await form();
    good.press('enter');
    await settled(5);
    good.press('right', 'enter');
    await settled(5);
    expect([good.sent.length, good.said(), good.tone()]).toEqual([3, 'db2 was added', 'good']);
    const bad = await form({ test: () => Promise.reject(new FleetError('op.failed', 'no answer')) });
    bad.press('enter');
    await settled(5);
    expect(bad.drawn()).toContain('no answer');
    bad.press('pgup', 'end', '0', 'pgdn', 'right', 'enter');
    await settled(5);
    expect(bad.sent.at(-1)).toEqual(['reconnect', 'db20']);
  });

  it('is given up in a minute when nothing answers, and with its form', async () => {
    const wait = (signal: AbortSignal) =>
      new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const { press, drawn, clock, stage } = await form({ test: wait });
    press('enter');
    await clock.pass(59_999);
    expect(drawn()).toContain('testing…');
    await clock.pass(1);
    expect(drawn()).toContain('no answer within 60 s');
    press('enter', 'right', 'right', 'enter');
    await settled(5);
    expect(stage.layers.top).toBeUndefined();
  });

  const APART = {
    ...MANIFEST,
    endpoint: MANIFEST.endpoint.map((field) => (field.key === 'host' ? { ...field, apart: true as const } : field)),
  };

  it('of several has a minute for each, and keeps what the others have shown', async () => {
    let tests = 0;
    const test = async (signal: AbortSignal): Promise<readonly Check[]> => {
      if (tests++ === 0) return [{ check: 'name', ok: true, detail: 'found' }];
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    };
    const { press, drawn, clock } = await form({ manifest: APART, test }, 'a,b,c');
    press('enter');
    await clock.pass(59_999);
    expect([drawn().includes('✓ db2-a: name: found'), drawn().includes('db2-b')]).toEqual([true, false]);
    await clock.pass(1);
    expect(drawn()).toContain('db2-b: no answer within 60 s');
    await clock.pass(60_000);
    expect(drawn()).toMatch(/db2-a: name: found[\s\S]*db2-b: no answer[\s\S]*db2-c: no answer/);
  });

  it('of several tells what is wrong with any of them, once', async () => {
    const warning = { severity: 'warning', file: 'config.yaml', message: 'a secret stands there' };
    const problems = ['db2-a', 'db2-b'].map((endpoint) => ({ ...warning, endpoint }));
    const warned = await form({ manifest: APART, problems }, 'a,b');
    warned.press('right', 'enter');
    await settled(5);
    expect(warned.said()).toBe('db2 was added, but a secret stands there');
  });

  it('tells what may not stand in the file as it does, and why it is not saved', async () => {
    const warning = {
      severity: 'warning',
      endpoint: 'db2',
      file: 'config.yaml',
      message: 'a secret stands there',
      fix: 'see drover endpoint trust db2',
    };
    const others = [
      { ...warning, endpoint: 'other', message: 'other' },
      { ...warning, severity: 'error', message: 'wrong' },
    ];
    const warned = await form({ problems: [warning, ...others] });
    warned.press('right', 'enter');
    await settled(5);
    expect([warned.said(), warned.tone()]).toEqual([
      'db2 was added, but a secret stands there: see press T (Trust host key) on db2',
      'warning',
    ]);
    const refused = await form({
      change: () => Promise.reject(new FleetError('config.conflict', 'changed meanwhile')),
    });
    refused.press('right', 'enter');
    await settled(5);
    expect(refused.drawn()).toContain('changed meanwhile');
    refused.press('enter');
    await settled(5);
    expect(refused.sent).toHaveLength(2);
  });

  it('is not sent while something is wrong, and is tested under another name then', async () => {
    const { stage, press, sent, drawn } = await openForms();
    void addEndpoint(stage);
    await settled(5);
    press('enter');
    await settled(5);
    press('pgdn', 'enter');
    await settled(5);
    expect([sent, drawn().includes('Add endpoint: KVM')]).toEqual([[], true]);
    press(...'a b', 'enter');
    expect(drawn()).toContain('letters, digits, dot, dash');
  });
});

describe('an endpoint that is changed', () => {
  it('has its name to read, and sends only what was changed', async () => {
    const { stage, drawn, press, sent, said } = await openForms();
    editEndpoint(stage, 'db' as never);
    expect(drawn()).toMatchInlineSnapshot(`
      "╭─ Edit endpoint db ─────────────────────────────────────────────────────────────────────╮
      │ Name             db                                                                    │
      │ Host             db.example                                                            │
      │ Note             old                                                                   │
      │ ▸ 4 more                                                                               │
      │                                                                                        │
      │ What drover calls it: letters, digits, dot, dash and underscore.                       │
      │                                                                                        │
      │  Test connection    Save    Cancel                                                     │
      ╰────────────────────────────────────────────────────────────────────────────────────────╯"
    `);
    press('down', 'down', 'backspace', 'pgdn', 'right', 'enter');
    await settled(5);
    expect(sent).toEqual([
      ['change', { kind: 'endpoint-edit', name: 'db', values: { note: undefined } }, 'as it was'],
      ['reconnect', 'db'],
    ]);
    expect(said()).toBe('db was changed');
  });

  it('must be in the configuration', async () => {
    const { stage, said, tone } = await openForms();
    editEndpoint(stage, 'gone' as never);
    expect([said(), tone(), stage.layers.top]).toEqual(['gone is not in the configuration', 'warning', undefined]);
  });
});
