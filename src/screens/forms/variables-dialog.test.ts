import { describe, expect, it } from 'vitest';
import { openStage } from '../../../test/screens/light-stage.tsx';
import type { Services } from '../../actions/services.ts';
import { FleetError } from '../../errors.ts';
import type { Check, Detected, Manifest } from '../../platforms/contract.ts';
import { interpret } from '../../state/config/interpret.ts';
import { openYaml } from '../../state/config/yaml-file.ts';
import { editVariables } from './variables-dialog.ts';

const settled = async () => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
};
const MANIFEST = {
  id: 'kvm',
  title: 'KVM',
  summary: 'hosts with libvirt',
  tier: 'core',
  endpoint: [
    { key: 'host', label: 'Host', help: 'Which host.', kind: 'text', required: true, place: true },
    { key: 'note', label: 'Note', help: 'What it is for.', kind: 'text' },
  ],
  settings: [
    {
      key: 'memory',
      label: 'Memory',
      help: 'How much.',
      kind: 'bytes',
      in: { 'edit-config': 'write', 'edit-running': 'write' },
      takesEffect: 'restart',
    },
    { key: 'cpus', label: 'CPUs', help: 'How many.', kind: 'count', in: { 'edit-config': 'write' } },
  ],
} as unknown as Manifest;
const CONFIG =
  'endpoints:\n  db: { platform: kvm, host: db.example, note: old }\npools:\n  prod: { variables: { A: one, B: two } }\n';

interface Given {
  readonly detect?: (signal: AbortSignal) => Promise<readonly Detected[]>;
  readonly test?: (signal: AbortSignal) => Promise<readonly Check[]>;
  readonly change?: () => Promise<boolean>;
  readonly problems?: readonly object[];
}

async function open(given: Given = {}) {
  const { config } = interpret(
    'config.yaml',
    (await openYaml('config.yaml', CONFIG)).tree,
    new Map([['kvm', MANIFEST.endpoint]]),
  );
  const sent: unknown[] = [];
  const services = {
    config: () => config,
    manifests: [MANIFEST],
    problems: () => given.problems ?? [],
    detect: (_id: string, signal: AbortSignal) => given.detect?.(signal) ?? Promise.resolve([]),
    testDraft: (draft: unknown, _ask: unknown, signal: AbortSignal) => {
      sent.push(['test', draft]);
      return given.test?.(signal) ?? Promise.resolve([{ check: 'name', ok: true, detail: 'found' }]);
    },
    changeConfig: (change: unknown, basedOn?: unknown) => {
      sent.push(
        basedOn === undefined ? ['change', change] : ['change', change, basedOn === config ? 'as it was' : 'other'],
      );
      return given.change?.() ?? Promise.resolve(true);
    },
    sessions: {
      connection: () => undefined,
      current: () => undefined,
      reconnect: (name: string) => {
        sent.push(['reconnect', name]);
        return Promise.reject(new Error('its row says so'));
      },
    },
  } as unknown as Partial<Services>;
  const light = openStage({ services, size: { columns: 90, rows: 24 } });
  const type = (text: string) => light.press(...[...text].map((letter) => (letter === ' ' ? 'space' : letter)));
  return { ...light, sent, type, tone: () => light.stage.message.current?.tone };
}

describe('the variables of a pool', () => {
  it('are changed, taken away and added', async () => {
    const { stage, drawn, press, type, sent, said } = await open();
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
    await settled();
    expect(sent).toMatchObject([['change', { variables: { A: 'x', C: 'three' } }, 'as it was']]);
    expect([stage.layers.top, said()]).toEqual([undefined, expect.stringContaining('prod')]);
  });

  it('stay in their form when they can not be saved, or are wrong', async () => {
    const { stage, drawn, press, type, sent } = await open({
      change: () => Promise.reject(new FleetError('config.conflict', 'somebody was faster')),
    });
    editVariables(stage, 'prod');
    press('down', 'down');
    type('1');
    press('pgdn', 'enter');
    await settled();
    expect(sent).toEqual([]);
    press('backspace', 'pgdn', 'enter');
    await settled();
    expect([sent.length, drawn().includes('somebody was faster')]).toEqual([1, true]);
    press('pgdn', 'right', 'enter');
    expect(stage.layers.top).toBeUndefined();
    editVariables(stage, 'other');
    expect(drawn()).toContain('Variables of other');
    press('esc');
    expect(stage.layers.top).toBeUndefined();
  });
});
