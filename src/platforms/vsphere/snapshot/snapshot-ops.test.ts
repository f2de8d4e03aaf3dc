/** Which request each operation on snapshots sends, and what is refused before anything is sent. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { snapshotId } from '../../../ids.ts';
import type { Connection, SnapshotOps, SnapshotSpec } from '../../contract.ts';
import { connect } from '../connection.ts';
import { refused, type ScriptedVcenter, startScriptedVcenter } from '../testkit/scripted-vcenter.ts';

const { signal } = new AbortController();

let vcenter: ScriptedVcenter;
let connection: Connection;
let ops: Required<SnapshotOps>;

beforeEach(async () => {
  vcenter = await startScriptedVcenter();
  connection = await connect(vcenter.endpoint, { signal, clock: createTestClock(), wire: () => {}, ask: {} });
  ops = connection.snapshot as Required<SnapshotOps>;
  vcenter.vm.set('snapshot', `<currentSnapshot>s-3</currentSnapshot>${TREE}`);
  vcenter.vm.set(
    'layoutEx.snapshot',
    '<VirtualMachineFileLayoutExSnapshotLayout><key>s-1</key><memoryKey>3</memoryKey></VirtualMachineFileLayoutExSnapshotLayout>',
  );
});
afterEach(async () => {
  await connection.close();
  await vcenter.close();
});

const one = (tag: string, ref: string, name: string, inside = '') =>
  `<${tag}><snapshot type="VirtualMachineSnapshot">${ref}</snapshot><name>${name}</name><state>poweredOn</state>${inside}</${tag}>`;
/** clean on top of nothing, and on top of that upgrade with its own tests; beside them spare. */
const TREE =
  one(
    'rootSnapshotList',
    's-1',
    'clean',
    one('childSnapshotList', 's-2', 'upgrade', one('childSnapshotList', 's-3', 'tests')),
  ) + one('rootSnapshotList', 's-4', 'spare');
const id = (native: string) => snapshotId(vcenter.id, native);
const take = (more: Partial<SnapshotSpec>) =>
  ops.create(vcenter.id, { name: 'new', description: '', memory: false, ...more }, signal);
const power = (state: string) => vcenter.vm.set('runtime.powerState', state);
/** The arguments of the last call of this method. */
const argsOf = (method: string) =>
  /<\/_this>(.*)<\/\w+><\/soapenv:Body>/.exec(
    vcenter.asked.findLast((each) => each.method === method)?.body ?? '',
  )?.[1];

describe('a snapshot of a vSphere VM', () => {
  it.each<[string, string, Partial<SnapshotSpec>, string]>([
    ['of its disks', 'poweredOn', {}, '<name>new</name><memory>false</memory><quiesce>false</quiesce>'],
    ['with its memory', 'poweredOn', { memory: true }, '<name>new</name><memory>true</memory><quiesce>false</quiesce>'],
    [
      'that is suspended',
      'suspended',
      { memory: true },
      '<name>new</name><memory>true</memory><quiesce>false</quiesce>',
    ],
    [
      'with hostile words',
      'poweredOff',
      { name: '</name><x>&"', description: ']]><y/>' },
      '<name>&lt;/name&gt;&lt;x&gt;&amp;&quot;</name><description>]]&gt;&lt;y/&gt;</description><memory>false</memory><quiesce>false</quiesce>',
    ],
  ])('is taken %s (%s) in one request', async (_what, state, more, args) => {
    power(state);
    expect(await take(more)).toEqual({ task: 'task-vm-143', warnings: [] });
    expect(vcenter.sent()).toEqual(['CreateSnapshot_Task vm-143']);
    expect(argsOf('CreateSnapshot_Task')).toBe(args);
  });

  it('of one that is off has no memory, and says so', async () => {
    expect(await take({ memory: true })).toEqual({
      task: 'task-vm-143',
      warnings: [{ feature: 'memory', detail: 'web1 is off, so there was no memory to keep' }],
    });
    expect(argsOf('CreateSnapshot_Task')).toContain('<memory>false</memory>');
  });

  it('has the guest write out its memory first where that is asked for, and is refused where no tools could', async () => {
    power('poweredOn');
    vcenter.vm.set('guest.toolsRunningStatus', 'guestToolsRunning');
    await take({ quiesce: true });
    expect(argsOf('CreateSnapshot_Task')).toBe('<name>new</name><memory>false</memory><quiesce>true</quiesce>');
    vcenter.vm.set('guest.toolsRunningStatus', 'guestToolsNotRunning');
    await expect(take({ quiesce: true })).rejects.toMatchObject({
      code: 'op.conflict',
      message: 'web1 does not run VMware Tools, which would write out what it has in memory',
    });
    expect(vcenter.sent()).toEqual(['CreateSnapshot_Task vm-143']);
    power('poweredOff');
    await take({ quiesce: true });
    expect(argsOf('CreateSnapshot_Task')).toContain('<quiesce>false</quiesce>');
  });

  it('gets no name that another one has, though the server would take it', async () => {
    await expect(take({ name: 'tests' })).rejects.toMatchObject({
      code: 'op.conflict',
      message: 'web1 has a snapshot tests already',
      fix: 'choose another name',
    });
    expect(vcenter.sent()).toEqual([]);
  });

  it('is neither taken of a template, nor is that reverted', async () => {
    vcenter.vm.set('config.template', 'true');
    await expect(take({})).rejects.toMatchObject({ code: 'op.refused' });
    await expect(ops.revert(id('s-1'), signal)).rejects.toMatchObject({ code: 'op.refused' });
    expect(vcenter.sent()).toEqual([]);
  });

  it('is listed as vm.info lists it', async () => {
    const all = await ops.list(vcenter.id, signal);
    expect(all.map(({ name, current, memory }) => [name, current, memory])).toEqual([
      ['clean', false, true],
      ['upgrade', false, undefined],
      ['tests', true, undefined],
      ['spare', false, undefined],
    ]);
    expect((await connection.vm.info(vcenter.id, signal)).snapshots).toEqual(all);
  });

  it.each([
    ['poweredOff', []],
    ['poweredOn', ['what web1 has in memory']],
    ['suspended', ['what web1 has in memory']],
  ])('that a VM which is %s is put back to costs what came after it', async (state, memory) => {
    power(state);
    expect(await ops.planRevert(id('s-1'), signal)).toEqual({
      goes: [
        'what web1 has written to its disks since clean',
        'the settings that web1 was given since clean',
        ...memory,
      ],
      stays: [],
    });
    expect(vcenter.sent()).toEqual([]);
  });

  it('is reverted to by its own method, which starts what ran', async () => {
    expect(await ops.revert(id('s-2'), signal)).toEqual({ task: 'task-s-2', warnings: [] });
    expect(vcenter.sent()).toEqual(['RevertToSnapshot_Task s-2']);
    expect(argsOf('RevertToSnapshot_Task')).toBe('<suppressPowerOn>false</suppressPowerOn>');
    const sent = vcenter.asked.find(({ method }) => method === 'RevertToSnapshot_Task')?.body;
    expect(sent).toContain('<_this type="VirtualMachineSnapshot">s-2</_this>');
    expect(sent).not.toContain('type="VirtualMachineSnapshot">vm-143');
  });

  it('goes alone, or with all that descend from it', async () => {
    expect(await ops.planDelete(id('s-1'), { children: false }, signal)).toEqual({
      goes: ['the snapshot clean', 'the memory kept with clean'],
      stays: ['what web1 has now', 'the snapshot upgrade, which was made on top of it'],
    });
    expect(await ops.planDelete(id('s-1'), { children: true }, signal)).toEqual({
      goes: ['the snapshot clean', 'the memory kept with clean', 'the snapshot upgrade', 'the snapshot tests'],
      stays: ['what web1 has now'],
    });
    expect(vcenter.sent()).toEqual([]);
    for (const children of [true, false]) {
      expect(await ops.delete(id('s-1'), { children }, signal)).toEqual({ task: 'task-s-1', warnings: [] });
      expect(argsOf('RemoveSnapshot_Task')).toBe(
        `<removeChildren>${children}</removeChildren><consolidate>true</consolidate>`,
      );
    }
    expect(vcenter.sent()).toEqual(['RemoveSnapshot_Task s-1', 'RemoveSnapshot_Task s-1']);
  });

  it.each(['s-9', '', 'vm-143'])('that is not there (%j) is reported, and nothing is sent', async (native) => {
    const unknown = id(native);
    const asks = [
      ops.planRevert(unknown, signal),
      ops.revert(unknown, signal),
      ops.planDelete(unknown, { children: true }, signal),
      ops.delete(unknown, { children: true }, signal),
    ];
    for (const ask of asks) {
      await expect(ask).rejects.toMatchObject({
        code: 'snapshot.not-found',
        message: `web1 has no snapshot ${JSON.stringify(native)}`,
      });
    }
    expect(vcenter.sent()).toEqual([]);
  });

  it('without a reference is none that anything could be sent to', async () => {
    vcenter.vm.set('snapshot', one('rootSnapshotList', '', 'nameless'));
    await expect(ops.delete(id(''), { children: true }, signal)).rejects.toMatchObject({ code: 'snapshot.not-found' });
    expect(vcenter.sent()).toEqual([]);
  });

  it('that goes between the look and the request is not taken for its VM', async () => {
    const { body } = refused('not-found');
    const gone = body.replaceAll('VirtualMachine', 'VirtualMachineSnapshot');
    vcenter.answer('RemoveSnapshot_Task', () => ({ status: 500, body: gone }));
    await expect(ops.delete(id('s-1'), { children: false }, signal)).rejects.toMatchObject({
      code: 'snapshot.not-found',
      message: 'web1: the snapshot is not there any more',
    });
    vcenter.answer('CreateSnapshot_Task', () => refused('not-found'));
    await expect(take({})).rejects.toMatchObject({ code: 'vm.not-found' });
  });
});
