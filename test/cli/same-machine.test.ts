import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fingerprintOf } from '../../src/actions/fingerprint.ts';
import { endpointName, type VmId } from '../../src/ids.ts';
import { manifest } from '../../src/platforms/fake/manifest.ts';
import type { FakeServer } from '../../src/platforms/fake/server.ts';
import { fakeServer } from '../../src/platforms/fake/servers.ts';
import { filled } from '../../src/state/fields.ts';
import { type Desk, openDesk, simulated } from './run-drover.ts';

const VALUES = { vms: 60, 'events-every': 0, 'reuses-ids': true };

let desk: Desk;
let server: FakeServer;
beforeEach(async () => {
  desk = await openDesk(simulated({ demo: VALUES }));
  const endpoint = {
    name: endpointName('demo'),
    platform: 'fake',
    values: filled(manifest.endpoint, VALUES, desk.home),
  };
  server = await fakeServer(endpoint, desk.clock);
});
afterEach(() => desk.clear());

const firstIn = async (state: string) => {
  const rows = (await desk.run('vm', 'list', '--filter', `state:${state}`, '-o', 'json')).json<
    { readonly id: string; readonly name: string; readonly node: string | null }[]
  >();
  const [first] = rows.filter(({ node }) => node !== null);
  if (!first) throw new Error(`no VM is ${state}`);
  return first;
};

/** Gives the id of a VM to another machine without a word to drover. */
function replace(id: string): () => string | undefined {
  const row = server.fleet.rowOf(id as VmId);
  const vm = server.fleet.vm(row);
  if (!vm) throw new Error(`${id} is not there`);
  server.fleet.replaceVm(row, { ...vm, name: 'payroll', uuid: 'another', identity: 'created later' });
  return () => server.fleet.vm(row)?.state;
}

describe('a VM that is another machine when the question is answered', () => {
  it('is not forced off', async () => {
    const { id, name } = await firstIn('running');
    let state: () => string | undefined = () => undefined;
    const { code, stderr } = await desk.runWith(
      {
        answers: ['y'],
        onStderr: (text) => {
          if (text.includes('[y/N]')) state = replace(id);
        },
      },
      'vm',
      'kill',
      '--filter',
      `name:${name}`,
    );
    expect(stderr).toContain(`${id} is another VM now, called payroll; ${name} was chosen; nothing was sent`);
    expect([code, state()]).toEqual([1, 'running']);
  });

  it('is not deleted', async () => {
    const { id, name } = await firstIn('stopped');
    const { code, stderr } = await desk.runWith(
      {
        answers: [name],
        onStderr: (text) => {
          if (text.includes('to continue')) replace(id);
        },
      },
      'vm',
      'delete',
      id,
    );
    expect([code, stderr]).toEqual([1, expect.stringContaining('is another VM now, called payroll')]);
    expect(server.fleet.find(id as VmId)).toBeDefined();
  });
});

describe('an id that stands for another machine than the command was made for', () => {
  it('has nothing done to it, and says so', async () => {
    const { id, name } = await firstIn('running');
    const vm = server.fleet.vm(server.fleet.rowOf(id as VmId));
    if (!vm) throw new Error(id);
    const confirmed = Promise.resolve(vm.identity ?? vm.uuid);
    const was = { ...vm, id: id as VmId, kind: 'vm', identity: undefined, session: undefined, confirmed } as const;
    const words = ['vm', 'kill', id, '--yes', `--expect=${await fingerprintOf(was)}`] as const;
    expect((await desk.run(...words, '--dry-run')).code).toBe(0);
    const state = replace(id);
    const { code, stderr } = await desk.run(...words);
    expect(stderr).toContain(`${id} (payroll) is not what was chosen for this command; nothing was sent`);
    expect([name === 'payroll', code, state()]).toEqual([false, 1, 'running']);
  });
});

it('interrupting more than ten wants their count typed, and anything else stops it', async () => {
  const running = (await desk.run('vm', 'list', '--filter', 'state:running', '-o', 'name')).stdout.trim().split('\n');
  const kill = (answer: string) => desk.runWith({ answers: [answer] }, 'vm', 'kill', '--filter', 'state:running');
  const refused = await kill('y');
  expect(refused.stderr).toContain(`Force off ${running.length} VMs? Type ${running.length} to continue: `);
  expect(refused.stderr).toContain('What the guest has not written to its disks is lost.');
  expect([refused.code, refused.stderr]).toEqual([130, expect.stringMatching(/nothing was done\n$/)]);
  expect((await desk.run('vm', 'list', '--filter', 'state:running', '-o', 'name')).stdout).toContain(running[0]);
  expect((await kill(String(running.length))).code).toBe(0);
});

it('the count from which on it has to be typed is a setting', async () => {
  const config = JSON.parse(simulated({ demo: VALUES })) as object;
  await desk.write(JSON.stringify({ ...config, confirm: { 'type-count-above': 100 } }));
  const { code, stderr } = await desk.runWith({ answers: ['y'] }, 'vm', 'pause', '--filter', 'state:running');
  expect(stderr).toMatch(/Pause \d+ VMs\? \[y\/N\]/);
  expect(code).toBe(0);
});

describe('a file of which it is not known whether another VM needs it', () => {
  beforeEach(async () => {
    await desk.write(simulated({ demo: { ...VALUES, 'unknown-disks': true, running: 0 } }));
  });
  const database = async () => {
    const [row] = (await desk.run('vm', 'list', '--filter', 'name:*-db1', '-o', 'json')).json<
      { id: string; name: string }[]
    >();
    if (!row) throw new Error('there is no database');
    return row;
  };

  it('stays, is named with the reason, and the command ends with 1', async () => {
    const { id } = await database();
    const { code, stderr, json } = await desk.run('vm', 'delete', id, '--snapshots', '--yes', '-o', 'json');
    expect(code).toBe(1);
    expect(stderr).toMatch(/stays: \S+data.qcow2 \(it is in no storage pool.*--delete-unknown deletes it\)/);
    expect(json()).toEqual({
      result: 'success',
      kept: [{ path: expect.stringContaining('data.qcow2'), why: expect.stringContaining('in no storage pool') }],
    });
  });

  it('is deleted when the user insists by its path', async () => {
    const { id } = await database();
    const dry = await desk.run('vm', 'delete', id, '--snapshots', '--dry-run');
    const path = /stays: (\S+)/.exec(dry.stderr)?.[1] ?? '';
    const { code, json } = await desk.run(
      'vm',
      'delete',
      id,
      '--snapshots',
      '--yes',
      '--delete-unknown',
      path,
      '-o',
      'json',
    );
    expect([code, json()]).toEqual([0, { result: 'success' }]);
  });

  it('is never another one than those that are listed', async () => {
    const { id } = await database();
    const { code, stderr } = await desk.run(
      'vm',
      'delete',
      id,
      '--snapshots',
      '--yes',
      '--delete-unknown',
      '/etc/passwd',
    );
    expect([code, stderr]).toEqual([2, expect.stringContaining('--delete-unknown /etc/passwd')]);
  });
});

it('a dry run says what the real command would refuse', async () => {
  const { stderr } = await desk.run('vm', 'list', '-o', 'json');
  expect(stderr).toBe('');
  const withSnapshots = server.fleet
    .inventory()
    .vms.find((vm) => vm.state === 'stopped' && server.snapshots.of(server.fleet.rowOf(vm.id)).length > 0);
  const { code, stderr: said } = await desk.run('vm', 'delete', withSnapshots?.id ?? '', '--dry-run');
  expect([code, said]).toEqual([3, expect.stringContaining('add --snapshots to delete them too')]);
});

it('an endpoint that was changed while its removal was asked about is not removed', async () => {
  const { code, stderr } = await desk.runWith(
    {
      answers: ['y'],
      onStderr: (text) => {
        const other = simulated({ demo: { ...VALUES, latency: 7 } });
        if (text.includes('[y/N]')) writeFileSync(desk.config, other, { mode: 0o600 });
      },
    },
    'endpoint',
    'remove',
    'demo',
  );
  expect([code, stderr]).toEqual([1, expect.stringContaining('demo: latency')]);
  expect((await desk.run('endpoint', 'list', '-o', 'name')).stdout).toBe('demo\n');
});
