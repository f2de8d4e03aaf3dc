/** The proof of the tables: a noun that drover does not know, added to them alone, is there everywhere. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, describe, expect, it } from 'vitest';
import type { Action } from '../src/actions/action.ts';
import { actions } from '../src/actions/index.ts';
import { objectAction } from '../src/actions/object-action.ts';
import type { Tables } from '../src/actions/tables.ts';
import { globalsOf } from '../src/cli/command.ts';
import { commandsOf, findCommand } from '../src/cli/commands.ts';
import { complete } from '../src/cli/completion/candidates.ts';
import { nounHelp } from '../src/cli/help.ts';
import { createPrinter } from '../src/cli/print.ts';
import { printedBy } from '../src/cli/schema/printed.ts';
import { systemClock } from '../src/clock.ts';
import { type App, compose } from '../src/compose.ts';
import { FleetError } from '../src/errors.ts';
import { snapshotId, type VmId } from '../src/ids.ts';
import { type Connection, operations } from '../src/platforms/contract.ts';
import { platform } from '../src/platforms/fake/index.ts';
import { manifest } from '../src/platforms/fake/manifest.ts';
import type { PlatformEntry } from '../src/platforms/registry.ts';
import type { KindSpec } from '../src/state/kind-spec.ts';
import { kinds } from '../src/state/kinds.ts';
import { commandContext } from './cli/command-context.ts';
import { type Desk, openDesk, simulated } from './cli/run-drover.ts';
import { type OpenLines, openLines } from './plain/open-lines.ts';
import { type OpenFleet, openFleet } from './screens/driver.tsx';

interface Gadget {
  readonly id: string;
  readonly name: string;
  readonly colour: string;
}

const spec = {
  under: 'vm',
  help: 'A gadget of a VM.',
  keys: [
    { id: 'name', type: 'text', help: 'its name', always: true, title: 'NAME' },
    { id: 'colour', type: 'text', help: 'its colour', title: 'COLOUR' },
    { id: 'id', type: 'text', help: 'its id', always: true },
  ],
  row: ({ id, name, colour }: Gadget) => ({ id, name, colour }),
};

const seen = (name: string, words: string, holds: (all: readonly Gadget[]) => boolean) => (vm: VmId) => ({
  by: 'read',
  words: `${words} ${name}`,
  limitMs: 5_000,
  read: async (connection: Connection & { gadget: Group }, signal: AbortSignal) =>
    holds(await connection.gadget.list(vm, signal)) || 'not yet',
});

/** What the types of the contract know nothing of is added as a plugin would: past them. */
const made: readonly unknown[] = [
  {
    kind: 'list',
    id: 'gadget.list',
    noun: 'gadget',
    on: 'vm',
    title: 'Gadgets',
    help: 'List the gadgets of a VM.',
    keys: ['5'],
    danger: 'none',
    needs: 'gadget.list',
  },
  objectAction({
    id: 'gadget.create',
    noun: 'gadget',
    on: 'vm',
    title: 'Add gadget',
    help: 'Give a VM a gadget.',
    keys: ['a'],
    danger: 'none',
    needs: 'gadget.create',
    options: [
      { key: 'name', label: 'Name', help: 'Name of the gadget.', kind: 'text', required: true },
      { key: 'colour', label: 'Colour', help: 'Its colour.', kind: 'text', default: 'red' },
    ],
    fits: () => true,
    outcome: (args: { name: string }, vm?: { id: VmId }) =>
      vm && seen(args.name, 'has the gadget', (all) => all.some(({ name }) => name === args.name))(vm.id),
    send: (create: Group['create'], { id }: { id: VmId }, args: Gadget, signal: AbortSignal) =>
      create(id, args, signal),
  } as never),
  objectAction({
    id: 'gadget.delete',
    noun: 'gadget',
    on: 'gadget',
    title: 'Delete gadget',
    help: 'Take a gadget away.',
    keys: ['X'],
    danger: 'destroys',
    needs: 'gadget.delete',
    fits: () => true,
    plan: async (_connection: Connection, { name }: Gadget) => ({ goes: [`the gadget ${name}`], stays: [] }),
    outcome: (_args: object, gadget?: Gadget) =>
      gadget &&
      seen('', 'is deleted', (all) => !all.some(({ id }) => id === gadget.id))(gadget.id.split('#')[0] as VmId),
    send: (remove: Group['delete'], { id }: Gadget, _args: object, signal: AbortSignal) => remove(id, signal),
  } as never),
];

const tables: Tables = {
  operations: {
    ...operations,
    'gadget.list': { kind: 'reads', deadlineMs: 10_000 },
    'gadget.create': { kind: 'mutates', deadlineMs: 10_000 },
    'gadget.delete': { kind: 'mutates', deadlineMs: 10_000 },
  },
  kinds: { ...kinds, gadget: { one: 'gadget', many: 'gadgets', listed: spec as unknown as KindSpec<'snapshot'> } },
  actions: [...actions, ...(made as readonly Action[])],
};

interface Group {
  list(vm: VmId, signal: AbortSignal): Promise<readonly Gadget[]>;
  create(vm: VmId, gadget: Pick<Gadget, 'name' | 'colour'>, signal: AbortSignal): Promise<{ warnings: readonly [] }>;
  delete(id: string, signal: AbortSignal): Promise<{ warnings: readonly [] }>;
}

/** The simulated platform, with gadgets. */
function withGadgets(): { readonly platforms: readonly PlatformEntry[]; readonly gadgets: Gadget[] } {
  const gadgets: Gadget[] = [];
  const gadget: Group = {
    list: async (vm) => gadgets.filter(({ id }) => id.startsWith(`${vm}#`)),
    async create(vm, { name, colour }) {
      gadgets.push({ id: snapshotId(vm, name), name, colour });
      return { warnings: [] };
    },
    async delete(id) {
      const at = gadgets.findIndex((one) => one.id === id);
      if (at < 0) throw new FleetError('op.failed', `there is no ${id}`);
      gadgets.splice(at, 1);
      return { warnings: [] };
    },
  };
  const load = async () => ({
    ...platform,
    connect: async (...args: Parameters<typeof platform.connect>) => ({ ...(await platform.connect(...args)), gadget }),
  });
  return { gadgets, platforms: [{ manifest, load }] };
}

describe('a noun that is only in the tables', () => {
  let fleet: OpenFleet | undefined;
  let lines: OpenLines | undefined;
  let desk: Desk | undefined;
  let app: App | undefined;
  afterEach(async () => {
    await fleet?.close();
    await lines?.close();
    await app?.close();
    await desk?.clear();
    fleet = lines = desk = app = undefined;
  });

  it('has its key, its view, its form and its question on the screen', async () => {
    const { platforms, gadgets } = withGadgets();
    fleet = await openFleet({ size: '200x70', tables, platforms });
    await fleet.press('jj', '?');
    await fleet.see('List the gadgets of a VM.');
    await fleet.press('esc', '5');
    await fleet.see('Gadgets of billing-db1 on fra-01');
    await fleet.see('No gadgets.');
    await fleet.press('a', 'lamp', 'pgdn', 'enter');
    await fleet.see('billing-db1 has the gadget lamp');
    await fleet.see(/ lamp +red/);
    expect(gadgets.map(({ name, colour }) => [name, colour])).toEqual([['lamp', 'red']]);
    await fleet.press('X');
    await fleet.see('Is lost: the gadget lamp');
    await fleet.press('lamp', 'pgdn', 'enter');
    await fleet.see('lamp of billing-db1 is deleted');
    expect(gadgets).toEqual([]);
    await fleet.press('esc', ':', 'gadget');
    await fleet.see('gadget.create');
  });

  it('is read out and taken away in line mode', async () => {
    const { platforms, gadgets } = withGadgets();
    lines = await openLines({}, 1, { tables, platforms });
    await lines.press('j', 'j', '5');
    await lines.hear('0 gadgets:');
    await lines.type('Add');
    await lines.hear('Name');
    await lines.type('lamp');
    await lines.hear('Number of a field');
    await lines.type('Continue');
    await lines.hear('has the gadget lamp');
    expect(gadgets).toHaveLength(1);
  });

  const all = commandsOf(tables);

  async function run(words: string, { dryRun = false, readOnly = false, format = 'json' as const } = {}) {
    if (!desk) throw new Error('no desk');
    const [noun, verb, ...rest] = words.split(' ');
    const found = findCommand(noun, verb, all);
    if (!found || !('command' in found)) throw new Error(`no command ${words}`);
    const warned: string[] = [];
    app = compose({
      config: desk.config,
      readOnly,
      dryRun,
      env: { HOME: desk.home, XDG_STATE_HOME: desk.home },
      clock: systemClock,
      interest: () => [],
      remember: false,
      warn: (message) => void warned.push(message),
      tables,
      platforms: shared.platforms,
    });
    await app.load();
    const stdout = new PassThrough();
    const context = commandContext({
      app,
      format,
      stdout,
      printer: createPrinter(stdout),
      global: globalsOf({ yes: true }, {}),
    });
    const end = await found.command
      .run(context, { words: rest, values: {}, repeated: {} })
      .catch((error: unknown) => (error instanceof FleetError ? error.code : Promise.reject(error)));
    stdout.end();
    await app.close();
    return { end, printed: await text(stdout), said: context.said.join('\n'), warned: warned.join('\n') };
  }
  const shared = withGadgets();

  it('has its commands, their JSON, help and completion, and its wrappers', async () => {
    desk = await openDesk(simulated({ demo: { vms: 40, latency: 0 } }));
    const vm = 'billing-db1';
    expect((await run(`gadget create ${vm} lamp`)).said).toBe(`${vm} has the gadget lamp`);
    const listed = await run(`gadget list ${vm}`);
    const rows: unknown = JSON.parse(listed.printed);
    expect(rows).toMatchObject([{ name: 'lamp', colour: 'red' }]);
    const schema = printedBy('gadget list', tables.kinds)?.schema;
    expect(new Ajv2020({ allowUnionTypes: true }).validate(schema ?? {}, rows)).toBe(true);
    expect((await run(`gadget info ${vm} lamp`)).printed).toContain('"colour": "red"');

    const dry = await run(`gadget delete ${vm} lamp`, { dryRun: true });
    expect([dry.warned, shared.gadgets.length]).toEqual([
      expect.stringContaining('would send to demo: gadget.delete'),
      1,
    ]);
    const refused = await run(`gadget delete ${vm} lamp`, { readOnly: true });
    expect([refused.end, shared.gadgets.length]).toEqual(['op.refused', 1]);
    expect((await run(`gadgets delete ${vm} lamp`)).said).toContain('lost: the gadget lamp');
    expect(shared.gadgets).toEqual([]);
    const audit = await readFile(join(desk.home, 'drover', 'audit.jsonl'), 'utf8');
    expect(audit.match(/"action":"gadget\.(create|delete)"/g)).toEqual([
      '"action":"gadget.create"',
      '"action":"gadget.create"',
      '"action":"gadget.delete"',
      '"action":"gadget.delete"',
    ]);

    expect(
      nounHelp('gadget', all)
        .split('\n')
        .map((line) => line.trim().split(/\s{2,}/)),
    ).toEqual([
      ['gadget create VM… NAME', 'Give a VM a gadget.'],
      ['gadget delete VM NAME…', 'Take a gadget away.'],
      ['gadget list NAME…', 'List the gadgets of VMs.'],
      ['gadget info VM NAME…', 'Show one of the gadgets with all that is known of it.'],
    ]);
    const names = { vms: [[vm, 'demo/vm-1']], nodes: [], pools: [], endpoints: [] } as never;
    const offered = (...before: readonly string[]) =>
      complete(before, '', [], names, all).candidates.map(({ value }) => value);
    expect(offered()).toContain('gadget');
    expect(offered('gadget')).toEqual(['create', 'delete', 'list', 'info']);
    expect(offered('gadget', 'create')).toEqual([vm]);
    expect(offered('gadget', 'delete', vm)).toEqual([]);
  });
});
