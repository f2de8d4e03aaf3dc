import { expect, it } from 'vitest';
import type { Settings } from '../../contract.ts';
import { procedures } from '../rpc/protocol.ts';
import { createSettings } from '../settings/settings.ts';
import { createScriptedClient, libvirtNo } from '../testkit/scripted-client.ts';
import { idOf } from '../testkit/watched-host.ts';

const [NO_DOMAIN, INVALID, NO_SUPPORT, NO_METADATA] = [42, 55, 3, 80];

function guest({ id = -1, saved = false, snapshots = [] as string[], checkpoints = [] as string[] } = {}) {
  const { client, answer, came } = createScriptedClient();
  const domain = { name: 'web1', uuid: Buffer.alloc(16, 1), id };
  const sent: unknown[] = [];
  answer(procedures.domainByUuid, () => domain);
  answer(procedures.domainXml, () => "<domain><memory unit='MiB'>256</memory><vcpu>1</vcpu></domain>");
  answer(procedures.domainAutostart, () => false);
  answer(procedures.domainMetadata, () => {
    throw libvirtNo(NO_METADATA);
  });
  answer(procedures.hasManagedSave, () => saved);
  answer(procedures.listSnapshots, () => ({ snapshots: snapshots.map((name) => ({ name, domain })), count: 0 }));
  answer(procedures.listCheckpoints, () => {
    if (checkpoints.length === 0) throw libvirtNo(NO_SUPPORT);
    return { checkpoints: checkpoints.map((name) => ({ name, domain })), count: 0 };
  });
  answer(procedures.domainByName, ({ name }) => {
    if (name !== 'db1') throw libvirtNo(NO_DOMAIN);
    return domain;
  });
  answer(procedures.setAutostart, () => void sent.push('autostart'));
  answer(procedures.rename, ({ name }) => {
    sent.push(name);
    return 0;
  });
  const daemon = { poll: client, control: async () => client, open: async () => client, close: () => undefined };
  const { configure } = createSettings({ daemon, touched: () => undefined });
  const { signal } = new AbortController();
  return {
    answer,
    came,
    sent,
    change: (changes: Settings, basedOn: Settings = { name: 'web1' }) =>
      configure(idOf(1), 'config', changes, basedOn, signal),
  };
}

it('gives a VM another name before anything else is changed', async () => {
  const { change, sent } = guest();
  expect(await change({ autostart: true, name: 'web2' })).toEqual({ warnings: [] });
  expect(sent).toEqual(['web2', 'autostart']);
});

it.each([
  [{ id: 3 }, "web1 can't be renamed while it runs", 'shut it down first'],
  [{ saved: true }, "web1 can't be renamed while it is suspended", 'resume it and shut it down first'],
  [{ snapshots: ['a', 'b'] }, "web1 can't be renamed while it has snapshots: a, b", 'delete them first'],
  [{ checkpoints: ['c'] }, "web1 can't be renamed while it has checkpoints: c", 'delete them first'],
])('says what stands in the way of another name: %j', async (state, message, fix) => {
  const { change, sent } = guest(state);
  await expect(change({ autostart: true, name: 'web2' })).rejects.toMatchObject({ code: 'op.conflict', message, fix });
  expect(sent).toEqual([]);
});

it('does not take the name of another VM, nor over one that another program gave meanwhile', async () => {
  const { change, sent } = guest();
  await expect(change({ name: 'db1' })).rejects.toMatchObject({ code: 'op.conflict', fix: 'choose another name' });
  await expect(change({ name: 'web2' }, { name: 'web0' })).rejects.toMatchObject({
    code: 'op.conflict',
    message: expect.stringContaining('name is web1 now, not web0'),
  });
  expect(sent).toEqual([]);
});

it('passes on what libvirt says against it', async () => {
  const { change, answer } = guest();
  answer(procedures.rename, () => {
    throw libvirtNo(INVALID, 'cannot rename a transient domain');
  });
  await expect(change({ name: 'web2' })).rejects.toMatchObject({
    code: 'op.conflict',
    message: 'web1: cannot rename a transient domain',
  });
});
