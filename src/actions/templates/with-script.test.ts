/** What is said of a script that ran on a node, by a node that only answers. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { FleetError } from '../../errors.ts';
import { endpointName, nodeId } from '../../ids.ts';
import type { Connection, Method, Node } from '../../platforms/contract.ts';
import type { Template } from '../../state/templates/template.ts';
import type { ObjectAction } from '../action.ts';
import type { Services } from '../services.ts';
import { withScript } from './with-script.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'drover-script-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const HOST = endpointName('host1');
const NODE = { id: nodeId(HOST, 'n'), name: 'host1' } as Node;
const template: Template = {
  group: 'Lab',
  name: 'web',
  version: '1.0',
  platform: 'any',
  os: '',
  variables: {},
  vm: new Map(),
  platforms: new Map(),
  description: '',
  hasScript: true,
  folder: '/nowhere',
  changedAt: 0,
  older: [],
};

type Said = { readonly code: number; readonly out?: string; readonly err?: string } | FleetError;
type Step = 'prepare' | 'run' | 'undo' | 'release' | 'read';
const stepOf = (command: string): Step => {
  if (command.includes('sha256sum')) return 'prepare';
  if (command.includes('tar -xf')) return 'run';
  if (command.includes('run.sh undo')) return 'undo';
  return command.startsWith('mine=') ? 'release' : 'read';
};

/** What came of `make` after the script, and the steps on the node in their order. */
async function made(
  answers: Partial<Record<Step, Said>>,
  make: () => Promise<void> = async () => {},
  library = home,
): Promise<{ readonly came: string; readonly fix: string; readonly steps: readonly Step[]; readonly said: string[] }> {
  const steps: Step[] = [];
  const said: string[] = [];
  const run: Method<'node.run'> = async (_id, command, { tell }) => {
    const step = stepOf(command);
    steps.push(step);
    const folder = /folder=(\S+)/.exec(command)?.[1] ?? '';
    const answer = answers[step] ?? { code: 0, out: step === 'prepare' ? `${folder}\n` : '' };
    if (answer instanceof FleetError) throw answer;
    await tell({ from: 'stdout', data: Buffer.from(answer.out ?? '') });
    await tell({ from: 'stderr', data: Buffer.from(answer.err ?? '') });
    return { warnings: [], code: answer.code };
  };
  const connection = { node: { run, writeFile: async () => ({ warnings: [] }) } } as unknown as Connection;
  const services = {
    clock: createTestClock(),
    store: { fleet: { nodes: new Map([[NODE.id, NODE]]), vms: new Map(), endpoints: new Map(), find: () => NODE } },
    sessions: { connection: () => connection },
    policyFor: () => ({}),
    operations: {},
    templates: () => ({ folder: library, entries: async () => [], customScripts: async () => [] }),
  } as unknown as Services;
  const create = {
    id: 'vm.create',
    send: async () => {
      await make();
      return { warnings: [] };
    },
  } as unknown as ObjectAction<'endpoint'>;
  const of = { template, endpoint: HOST, fields: [], variablesFor: () => ({}) };
  const { send } = await withScript(create, of, services, (text) => said.push(text));
  try {
    const signal = new AbortController().signal;
    const { warnings } = await send(connection, {} as never, { name: 'web' } as never, signal, () => {});
    return { came: ['made', ...warnings.map(({ detail }) => detail)].join('; '), fix: '', steps, said };
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    return { came: `${error.code} ${error.message}`, fix: error.fix ?? '', steps, said };
  }
}

const refuse = async () => {
  throw new FleetError('op.refused', 'no room');
};
const LEFT = { code: 1, out: '/srv/a b.raw\n/dev/vg/x\n/dev/vg/x\n' };

it('F-154 a VM that could not be made: what the script made is removed, and what is left stands in the error', async () => {
  expect(await made({}, refuse)).toMatchObject({ came: 'op.refused no room' });
  expect(await made({ undo: LEFT }, refuse)).toEqual({
    came: `op.refused no room; what the script made for web is left on host1: /srv/a b.raw, /dev/vg/x; drover node run host1 -- 'rm -f -- '\\''/srv/a b.raw'\\''; lvremove -f /dev/vg/x' removes it`,
    fix: '',
    steps: ['prepare', 'run', 'read', 'undo', 'release'],
    said: [],
  });
});

it('F-154 so it is where the script has failed', async () => {
  const { came, fix, steps } = await made({ run: { code: 3, err: 'no room\n' }, undo: LEFT });
  expect(came).toContain(
    'ended with exit code 3: no room; what the script made for web is left on host1: /srv/a b.raw',
  );
  expect(fix).toMatch(/^web was not made; what the script wrote is in \S+\/Lab\/web\/web\.log$/);
  expect(steps.slice(-2)).toEqual(['undo', 'release']);
});

it('F-154 what a VM may have stays, and its names are said', async () => {
  const unknown = async () => {
    throw new FleetError('outcome.unknown', 'no answer');
  };
  const { steps, said } = await made({ read: { code: 0, out: '/srv/a.raw\n' } }, unknown);
  expect(steps).not.toContain('undo');
  expect(said).toEqual(['what the script made for web is left on host1: /srv/a.raw; a VM may have it']);
});

it('F-156 a log that can not be kept stops nothing, and is said', async () => {
  const file = join(home, 'file');
  writeFileSync(file, '');
  const why = `what the script wrote can't be kept in ${file}/.logs/Lab/web/web.log: `;
  const good = await made({}, undefined, file);
  expect(good.came).toContain(`made; ${why}`);
  expect(good.steps).not.toContain('undo');
  const bad = await made({ run: { code: 3 } }, undefined, file);
  expect(bad.came).toContain('ended with exit code 3');
  expect(bad.fix).toContain(`web was not made; ${why}`);
});

it('F-154 of a run that has died the reservation is named, with what takes away first what it made', async () => {
  const [mine, by] = ['/home/.cache/drover/making/web-1', '/tmp/drover-template-0123'];
  const { came, fix, steps } = await made({ prepare: { code: 75, err: `${mine}\n${by}\n` } });
  expect(came).toBe('op.conflict web is being made on host1 by another run');
  expect(fix).toMatch(
    /-- 'sh \/tmp\/drover-template-0123\/files\/run\.sh undo \S+ \S+; rm -rf \/tmp\/drover-template-0123 /,
  );
  expect(steps).toEqual(['prepare']);
  const unnamed = await made({ prepare: { code: 75, err: `${mine}\n` } });
  expect(unnamed.fix).toContain(`-- 'rm -rf ${mine}'`);
});

it('F-154 a reservation that no answer came to is given back, and no other failure is called another run', async () => {
  const cut = await made({ prepare: new FleetError('outcome.unknown', 'the link broke') });
  expect(cut).toMatchObject({ came: 'outcome.unknown the link broke', steps: ['prepare', 'release'] });
  const full = await made({ prepare: { code: 1, err: 'mkdir: No space left on device\n' } });
  expect(full.came).toBe("op.failed host1 can't make a folder for the script: mkdir: No space left on device");
  const refused = await made({ prepare: new FleetError('op.refused', 'read-only') });
  expect(refused).toMatchObject({ came: 'op.refused read-only', steps: ['prepare'] });
});
