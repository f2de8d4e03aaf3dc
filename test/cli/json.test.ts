import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { ownCommands } from '../../src/cli/own-commands.ts';
import { plainText, printedBy, printedObjects } from '../../src/cli/schema/printed.ts';
import { result } from '../../src/cli/schema/result.ts';
import type { Schema } from '../../src/cli/schema/schema.ts';
import { parseBytes } from '../../src/units.ts';
import { type Desk, openDesk, simulated } from './run-drover.ts';

const ajv = new Ajv2020({ allowUnionTypes: true, allErrors: true });

/** What is wrong with a value, one line for each; none when it is as the schema says. */
function faultsOf(schema: Schema, value: unknown): readonly string[] {
  const validate = ajv.compile(schema);
  return validate(value)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk(simulated({ demo: { vms: 40, latency: 0 } }));
  const config = JSON.parse(simulated({ demo: { vms: 40, latency: 0 } }));
  const gone = { platform: 'kvm', host: '127.0.0.1', port: 1, transport: 'tcp' };
  await desk.write(
    JSON.stringify({
      endpoints: { ...config.endpoints, gone: { ...gone, enabled: false } },
      pools: { lab: { nodes: ['demo'], variables: { NET: 'br0' } } },
    }),
  );
  await mkdir(join(desk.home, '.aws'));
  await writeFile(join(desk.home, '.aws', 'config'), '[default]\nregion = eu-west-1\n');
  const keys = 'aws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = example\n';
  await writeFile(join(desk.home, '.aws', 'credentials'), `[default]\n${keys}`);
});
afterAll(() => desk.clear());

interface Row {
  readonly id: string;
  readonly uuid: string;
  readonly name: string;
  readonly state: string;
  readonly memory: number;
  readonly node: string | null;
  readonly tags: readonly string[];
}
const list = async (...more: readonly string[]) =>
  (await desk.run('vm', 'list', '-o', 'json', '-C', 'demo', ...more)).json<Row[]>();

/** Of every command: how it is called in the demo. Verbs on VMs get one that they fit. */
async function callOf(command: string): Promise<readonly (readonly string[])[]> {
  const words = command.split(' ');
  const inState = async (state: string) => (await list('--filter', `state:${state}`))[0]?.id ?? '';
  switch (command) {
    case 'vm list':
      return [
        words,
        [...words, '--columns', 'name,cpu,mem,ip,tag,trouble,disk,version'],
        [...words, '-C', 'demo,gone'],
      ];
    case 'vm info': {
      const [one, two] = await list();
      return [
        [...words, one?.id ?? ''],
        [...words, one?.uuid ?? '', two?.id ?? ''],
        [...words, one?.id ?? '', '--fields', 'id,ips'],
      ];
    }
    case 'vm status':
    case 'vm log':
      return [[...words, await inState('running')]];
    case 'vm delete':
      return [[...words, await inState('stopped'), '--snapshots', '--yes', '--dry-run']];
    case 'vm edit':
      return [[...words, await inState('stopped'), '--memory', '1GiB']];
    case 'vm resume':
      return [[...words, await inState('paused')]];
    case 'vm start': {
      const one = await inState('stopped');
      return [
        [...words, one],
        [...words, one, await inState('running')],
        [...words, 'nothere'],
      ];
    }
    case 'snapshot list':
      return [[...words, ...(await list()).map(({ id }) => id)]];
    case 'snapshot info':
    case 'snapshot revert':
    case 'snapshot delete': {
      const ids = (await list()).map(({ id }) => id);
      const [one, two] = (await desk.run('snapshot', 'list', ...ids, '-o', 'json')).json<Row[]>();
      if (command === 'snapshot info')
        return [
          [...words, one?.id ?? ''],
          [...words, one?.id ?? '', two?.id ?? ''],
        ];
      return [[...words, one?.id ?? '', '--yes', '--dry-run']];
    }
    case 'network list':
    case 'storage list':
    case 'volume list':
    case 'image list':
    case 'flavor list':
      return [words, [...words, '--filter', 'e']];
    case 'network info':
      return [
        [...words, 'lan'],
        [...words, 'lan', 'demo/lab'],
      ];
    case 'storage info':
      return [[...words, 'vms']];
    case 'volume info':
      return [[...words, 'retired-web.qcow2']];
    case 'image info':
      return [[...words, 'debian-13']];
    case 'flavor info':
      return [[...words, 'medium']];
    case 'network create':
      return [[...words, 'made-here', '--cidr', '10.77.0.0/24']];
    case 'storage create':
      return [[...words, 'made-here', '--path', '/srv/made-here']];
    case 'volume create':
      return [[...words, 'made-here', '--storage', 'vms', '--size', '1GiB']];
    case 'image create':
      return [[...words, 'made-here', '--url', 'https://images.example/tiny.qcow2']];
    case 'network start':
      return [[...words, 'old']];
    case 'network stop':
      return [[...words, 'lab', '--yes']];
    case 'storage start':
      return [[...words, 'scratch-fra-02']];
    case 'storage stop':
      return [[...words, 'scratch-fra-01', '--yes']];
    case 'storage refresh':
      return [[...words, 'iso']];
    case 'volume resize':
      return [[...words, 'retired-web.qcow2', '--size', '900GiB']];
    case 'network delete':
      return [[...words, 'demo/lab', '--yes', '--dry-run']];
    case 'storage delete':
      return [[...words, 'demo/scratch-fra-02', '--yes', '--dry-run']];
    case 'volume delete':
      return [[...words, 'demo//srv/vms/retired-web.qcow2', '--yes', '--dry-run']];
    case 'image delete':
      return [[...words, 'demo/debian-13', '--yes', '--dry-run']];
    case 'snapshot create':
      return [[...words, await inState('running'), 'made-here', '--memory']];
    case 'node info': {
      const [one] = (await desk.run('node', 'list', '-o', 'json')).json<Row[]>();
      return [
        [...words, one?.id ?? ''],
        [...words, one?.id ?? '', '--fields', 'id,addresses'],
      ];
    }
    case 'node move':
      return [[...words, 'demo', 'lab']];
    case 'pool add':
      return [[...words, 'fresh']];
    case 'pool rename':
      return [[...words, 'fresh', 'newer']];
    case 'pool nest':
      return [[...words, 'newer', 'lab']];
    case 'pool remove':
      return [[...words, 'newer', '--yes']];
    case 'pool set':
      return [[...words, 'lab', 'NET=br1']];
    case 'pool info':
      return [[...words, 'lab']];
    case 'endpoint add':
      return [[...words, 'more', '--platform', 'kvm', '--host', 'h.test', '--untested']];
    case 'endpoint edit':
      return [[...words, 'gone', '--host', '127.0.0.2']];
    case 'endpoint enable':
    case 'endpoint disable':
    case 'endpoint trust':
      return [[...words, 'gone']];
    case 'endpoint remove':
      return [[...words, 'gone', '--yes']];
    case 'endpoint info':
    case 'endpoint test':
    case 'endpoint connect':
      return [[...words, 'demo']];
    case 'import':
      return [[...words, 'aws', '--dry-run']];
    default:
      return [noun(command) === 'vm' ? [...words, await inState('running')] : words];
  }
}
/** The exit code: no VM is called nothere, and the endpoint that is gone does not answer. */
function endOf(call: readonly string[]): number {
  if (call.includes('nothere')) return 1;
  return ['doctor', 'endpoint trust gone'].includes(call.join(' ')) ? 4 : 0;
}
const noun = (command: string): string => command.split(' ')[0] ?? '';

const all = [...commands.map((command) => `${command.noun} ${command.verb}`), ...ownCommands.map(({ word }) => word)];
const last = (command: string) => Number(/disable|delete/.test(command)) + 2 * Number(/remove/.test(command));

describe('machine output', () => {
  it.each(all.filter((command) => !plainText.includes(command)).sort((a, b) => last(a) - last(b)))(
    'F-242 of drover %s is as its schema says',
    { timeout: 60_000 },
    async (command) => {
      const printed = printedBy(command);
      for (const call of await callOf(command)) {
        const { code, stdout, stderr } = await desk.run(...call, '-o', 'json');
        expect([call.join(' '), code, stderr]).toEqual([call.join(' '), endOf(call), stderr]);
        const other = printed?.others?.find(({ when }) => call.includes(when))?.schema;
        const schema = other ?? printed?.schema ?? {};
        expect(stdout, `${call.join(' ')}: ${stderr}`).not.toBe('');
        expect(faultsOf(schema, JSON.parse(stdout)), `${call.join(' ')}: ${stdout.slice(0, 600)}`).toEqual([]);
      }
    },
  );

  it('names the same thing alike in list, info and status', async () => {
    const schemas = new Map(printedObjects.map((schema) => [schema.title, schema.properties ?? {}]));
    for (const [short, long] of [
      ['vm', 'vm info'],
      ['vm status', 'vm info'],
      ['node', 'node info'],
    ] as const) {
      expect(schemas.get(long), `${short} in ${long}`).toMatchObject(schemas.get(short) ?? {});
    }
    const [one] = await list();
    const info = (await desk.run('vm', 'info', one?.id ?? '', '-o', 'json')).json<Row>();
    expect(info).toMatchObject(one ?? {});
  });

  it('says the unit of every figure that a list can have', () => {
    const chosen = JSON.stringify(printedBy('vm list')?.others);
    const figure = (help: string) => `{"type":["number","null"],"minimum":0,"description":"${help}"}`;
    expect(chosen).toContain(`"cpu":${figure('CPU load now, of its own virtual CPUs, in percent')}`);
    expect(chosen).toContain(`"rx":${figure('bytes a second that it receives, in bytes')}`);
    expect(chosen).not.toContain('"trend"');
  });

  it('is what a schema refuses when a key is missing, unknown or of another kind', async () => {
    const [one] = await list();
    const schema = printedBy('vm status')?.schema ?? {};
    const { id, uuid, name, state } = one as Row;
    const good = { id, uuid, name, endpoint: 'demo', state, rawState: state, error: null, staleSince: null };
    expect(faultsOf(schema, good)).toEqual([]);
    expect(faultsOf(schema, { ...good, extra: 1 })).not.toEqual([]);
    expect(faultsOf(schema, { ...good, state: 'up' })).not.toEqual([]);
    expect(faultsOf(schema, { ...good, id: undefined })).not.toEqual([]);
    expect(faultsOf(result, { result: 'failure' })).not.toEqual([]);
  });
});

describe('what is printed', () => {
  it('can be given back: ids, uuids, names, sizes', async () => {
    const [one] = await list('--filter', 'state:stopped');
    if (!one) throw new Error('no VM is stopped');
    for (const word of [one.id, one.uuid, one.id.slice('demo/'.length)]) {
      expect((await desk.run('vm', 'info', word, '-o', 'name')).stdout.trim(), word).toBe(one.id);
    }
    expect(parseBytes(String(one.memory))).toBe(one.memory);
    const bySize = await list('--filter', `memory=${one.memory}`);
    expect(bySize.map(({ id }) => id)).toContain(one.id);
    expect(new Set(bySize.map(({ memory }) => memory))).toEqual(new Set([one.memory]));
    const edited = await desk.run('vm', 'edit', one.id, '--memory', String(2 * 1024 ** 3), '-o', 'json');
    expect(edited.json(), edited.stderr).toEqual({ result: 'success' });
  });

  it('is ambiguous where two VMs have the same id at their platforms', async () => {
    const twins = await openDesk(simulated({ a: { vms: 3 }, b: { vms: 3 } }));
    const { code, stderr } = await twins.run('vm', 'kill', 'vm-1');
    await twins.clear();
    expect(stderr).toMatch(/^2 VMs are called "vm-1": a\/vm-1 on fra-01, b\/vm-1 on fra-01$/m);
    expect(code).toBe(2);
  });

  it('has no small number taken for bytes', async () => {
    const [one] = await list();
    const { code, stderr } = await desk.run('vm', 'edit', one?.id ?? '', '--memory', '2048');
    expect(code).toBe(2);
    expect(stderr).toContain('--memory: Memory needs a unit: 2048MiB, 2048GiB');
  });

  it('F-355 is sorted by name', async () => {
    const names = (await list()).map(({ name }) => name);
    expect(names).toEqual([...names].sort());
    expect(names.length).toBe(40);
  });

  it('F-354 of vm status is one word, and exit code 1 for a VM that is not there', async () => {
    const [one] = await list('--filter', 'state:running');
    expect(await desk.run('vm', 'status', one?.id ?? '')).toMatchObject({ code: 0, stdout: 'running\n' });
    expect(await desk.run('vm', 'status', 'nothere', '-C', 'demo')).toMatchObject({ code: 1, stdout: '' });
  });

  it('holds no object by its default text in CSV: lists of objects are JSON', async () => {
    const [one] = await list();
    const { stdout } = await desk.run('vm', 'info', one?.id ?? '', '-o', 'csv');
    expect(stdout).not.toContain('[object');
    expect(stdout).toContain('""device"":""vda""');
    const nodes = await desk.run('node', 'list', '-o', 'name');
    const node = await desk.run('node', 'info', nodes.stdout.split('\n')[0] ?? '', '-o', 'csv');
    expect(node.stdout).toMatch(/""device"":""eno1"",""address"":""10\.255\./);
  });

  it('F-323 has only the keys of --fields, in their order', async () => {
    const [one] = await list('--filter', 'state:running');
    const words = ['vm', 'info', one?.id ?? '', '--fields', 'name,tags,memory'];
    expect((await desk.run(...words)).stdout).toBe(
      `name: ${one?.name}\ntags: ${one?.tags.join(' ') || '-'}\nmemory: ${one?.memory}\n`,
    );
    expect((await desk.run(...words, '-o', 'csv')).stdout.split('\n')[0]).toBe('name,tags,memory');
    const wrong = await desk.run('vm', 'info', one?.id ?? '', '--fields', 'nme');
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean name?') });
  });
});
