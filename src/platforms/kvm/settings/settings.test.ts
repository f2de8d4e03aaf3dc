import { describe, expect, it } from 'vitest';
import { endpointName, vmId } from '../../../ids.ts';
import { mib } from '../../../units.ts';
import type { Settings, SettingsTarget } from '../../contract.ts';
import { VIR_ERR } from '../rpc/errors.ts';
import { AFFECT, MAXIMUM, XML } from '../rpc/flags.ts';
import { procedures } from '../rpc/protocol.ts';
import { createScriptedClient, libvirtNo } from '../testkit/scripted-client.ts';
import { createSettings } from './settings.ts';

const WEB1 = vmId(endpointName('a'), '01010101-0101-0101-0101-010101010101');
const { signal } = new AbortController();
const xml = (memory: number) => `<domain type='kvm'><title>web</title>
  <memory unit='MiB'>256</memory><currentMemory unit='MiB'>${memory}</currentMemory><vcpu current='1'>2</vcpu></domain>`;

/** A guest with 128 of 256 MiB and 1 of 2 vCPUs; what it is sent, as `call flags value`, in its order. */
function setUp({ runs, persistent = true }: { readonly runs: boolean; readonly persistent?: boolean }) {
  const { client, answer } = createScriptedClient();
  const sent: string[] = [];
  answer(procedures.domainByUuid, () => ({ name: 'web1', uuid: Buffer.alloc(16, 1), id: runs ? 7 : -1 }));
  answer(procedures.domainXml, ({ flags }) => xml(flags === XML.inactive ? 128 : 160));
  answer(procedures.domainAutostart, () => false);
  answer(procedures.domainMetadata, () => {
    throw libvirtNo(VIR_ERR.noMetadata);
  });
  answer(procedures.domainIsPersistent, () => persistent);
  answer(procedures.domainCapabilities, () => {
    throw libvirtNo(VIR_ERR.noSupport);
  });
  answer(procedures.setMemory, ({ kib, flags }) => void sent.push(`memory ${flags} ${kib / 1024}`));
  answer(procedures.setCpus, ({ count, flags }) => void sent.push(`vcpus ${flags} ${count}`));
  answer(procedures.setMetadata, ({ metadata, flags }) => void sent.push(`text ${flags} ${metadata}`));
  const daemon = { poll: client, control: async () => client, open: async () => client, close: () => undefined };
  const { configure } = createSettings({ daemon, touched: () => undefined });
  const change = (target: SettingsTarget, changes: Settings, basedOn: Settings = {}) =>
    configure(WEB1, target, changes, basedOn, signal);
  return { change, sent, answer };
}

describe('the settings of a guest', () => {
  it('change what runs first, and then what is saved, so that the next start has it too', async () => {
    const { change, sent } = setUp({ runs: true });
    await change('running', { memory: mib(192), vcpus: 2, title: 'new' });
    expect(sent).toEqual([
      `memory ${AFFECT.live} 192`,
      `memory ${AFFECT.config} 192`,
      `vcpus ${AFFECT.live} 2`,
      `vcpus ${AFFECT.config} 2`,
      `text ${AFFECT.live} new`,
      `text ${AFFECT.config} new`,
    ]);
  });

  it('save nothing that the running guest has refused', async () => {
    const { change, sent, answer } = setUp({ runs: true });
    answer(procedures.setMemory, ({ flags }) => {
      if (flags === AFFECT.live) throw libvirtNo(VIR_ERR.operationInvalid, 'no balloon');
      sent.push('saved');
    });
    await expect(change('running', { memory: mib(192) })).rejects.toMatchObject({ code: 'op.conflict' });
    expect(sent).toEqual([]);
  });

  it('change only what runs where nothing is saved, and only what is saved when that was asked', async () => {
    const transient = setUp({ runs: true, persistent: false });
    await transient.change('running', { memory: mib(192) });
    expect(transient.sent).toEqual([`memory ${AFFECT.live} 192`]);
    const saved = setUp({ runs: true });
    await saved.change('config', { memory: mib(192) });
    expect(saved.sent).toEqual([`memory ${AFFECT.config} 192`]);
  });

  it('take a limit along that memory or vCPUs outgrow, for the next start', async () => {
    const { change, sent } = setUp({ runs: false });
    const { warnings } = await change('config', { memory: mib(512), vcpus: 4 });
    expect(sent).toEqual([
      `memory ${AFFECT.config + MAXIMUM} 512`,
      `memory ${AFFECT.config} 512`,
      `vcpus ${AFFECT.config + MAXIMUM} 4`,
      `vcpus ${AFFECT.config} 4`,
    ]);
    expect(warnings).toEqual([
      { feature: 'max-memory', detail: 'max-memory is raised to 512M as well, since memory was set above it' },
      { feature: 'max-vcpus', detail: 'max-vcpus is raised to 4 as well, since vcpus was set above it' },
    ]);
  });

  it('are refused above a limit that was given, or that a running guest has', async () => {
    const off = setUp({ runs: false });
    await expect(off.change('config', { memory: mib(512), 'max-memory': mib(300) })).rejects.toMatchObject({
      code: 'op.refused',
      fix: 'raise max-memory as well',
    });
    const on = setUp({ runs: true });
    await expect(on.change('running', { memory: mib(512) })).rejects.toMatchObject({
      code: 'op.refused',
      fix: 'raise max-memory in the saved settings; the next start takes it',
    });
    expect([...off.sent, ...on.sent]).toEqual([]);
  });

  it('are not changed when they are others by now than the user has seen', async () => {
    const { change, sent } = setUp({ runs: true });
    await expect(change('running', { memory: mib(192) }, { memory: mib(128) })).rejects.toMatchObject({
      code: 'op.conflict',
    });
    expect(sent).toEqual([]);
  });
});
