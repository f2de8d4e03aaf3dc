/** Forms over a configuration of one endpoint and one pool; what they send is kept. */

import type { Services } from '../../src/actions/services.ts';
import type { Check, Detected, Manifest } from '../../src/platforms/contract.ts';
import { interpret } from '../../src/state/config/interpret.ts';
import { openYaml } from '../../src/state/config/yaml-file.ts';
import { openStage } from './light-stage.tsx';
import { MANIFEST } from './one-manifest.ts';

const CONFIG =
  'endpoints:\n  db: { platform: kvm, host: db.example, note: old }\npools:\n  prod: { variables: { A: one, B: two } }\n';

export interface Given {
  readonly detect?: (signal: AbortSignal) => Promise<readonly Detected[]>;
  readonly test?: (signal: AbortSignal) => Promise<readonly Check[]>;
  readonly change?: () => Promise<boolean>;
  readonly problems?: readonly object[];
  /** The `defaults:` of the configuration, in YAML. */
  readonly defaults?: string;
  readonly manifest?: Manifest;
}

export async function openForms(given: Given = {}) {
  const { manifest = MANIFEST, defaults = '{}' } = given;
  const { config } = interpret(
    'config.yaml',
    (await openYaml('config.yaml', `${CONFIG}defaults: ${defaults}\n`)).tree,
    new Map([['kvm', manifest.endpoint]]),
  );
  const sent: unknown[] = [];
  const services = {
    config: () => config,
    configEdit: () => undefined,
    manifests: [manifest],
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
