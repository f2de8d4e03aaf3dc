import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { endpointName, vmId } from '../../../ids.ts';
import { mib } from '../../../units.ts';
import type { Settings } from '../../contract.ts';
import { VIR_ERR } from '../rpc/errors.ts';
import { procedures } from '../rpc/protocol.ts';
import { operate } from '../testkit/operated-host.ts';
import { SILENCE } from '../testkit/played-daemon.ts';
import { playHost } from '../testkit/played-host.ts';
import { createScriptedClient, libvirtNo } from '../testkit/scripted-client.ts';
import { idOf } from '../testkit/watched-host.ts';
import { createSettings } from './settings.ts';

const WEB1 = vmId(endpointName('a'), '01010101-0101-0101-0101-010101010101');
const { signal } = new AbortController();
const BARE = `<domain><memory unit='MiB'>256</memory><currentMemory unit='MiB'>128</currentMemory>
  <vcpu current='2'>4</vcpu>`;
/** VIR_DOMAIN_AFFECT_LIVE, _CONFIG, and VIR_DOMAIN_MEM_MAXIMUM, which is VIR_DOMAIN_VCPU_MAXIMUM as well. */
const [LIVE, CONFIG, MAXIMUM] = [1, 2, 4];

function setUp({ runs = true, more = '' } = {}) {
  const { client, answer } = createScriptedClient();
  const sent: unknown[] = [];
  const touched: string[] = [];
  const uuid = Buffer.alloc(16, 1);
  answer(procedures.domainByUuid, () => ({ name: 'web1', uuid, id: runs ? 7 : -1 }));
  answer(procedures.domainXml, ({ flags }) => `${BARE}${more}<!-- ${flags} --></domain>`);
  answer(procedures.domainAutostart, () => false);
  answer(procedures.domainMetadata, () => {
    throw libvirtNo(80);
  });
  answer(procedures.domainIsPersistent, () => true);
  answer(procedures.domainCapabilities, () => {
    throw libvirtNo(VIR_ERR.noSupport);
  });
  answer(procedures.setMemory, ({ kib, flags }) => void sent.push(['memory', flags, kib]));
  answer(procedures.setCpus, ({ count, flags }) => void sent.push(['vcpus', flags, count]));
  answer(procedures.setAutostart, ({ autostart }) => void sent.push(['autostart', autostart]));
  answer(
    procedures.setMetadata,
    ({ type, metadata, key, uri, flags }) => void sent.push(['text', type, metadata, key, uri, flags]),
  );
  const daemon = { poll: client, control: async () => client, open: async () => client, close: () => undefined };
  const ops = createSettings({ daemon, touched: (one) => void touched.push(one) });
  return {
    answer,
    sent,
    touched,
    read: (target: 'config' | 'running') => ops.settings(WEB1, target, signal),
    change: (target: 'config' | 'running', changes: Settings, basedOn: Settings = {}) =>
      ops.configure(WEB1, target, changes, basedOn, signal),
  };
}

const DEBIAN = 'http://debian.org/debian/12';

describe('the settings of a guest', () => {
  it('F-076 say which operating system it has, where virt-manager looks for it', async () => {
    const { change, sent } = setUp({ runs: false });
    await change('config', { os: DEBIAN });
    await change('config', { os: '' }, { os: '' });
    const uri = 'http://libosinfo.org/xmlns/libvirt/domain/1.0';
    expect(sent).toEqual([
      ['text', 2, `<libosinfo><os id="${DEBIAN}"/></libosinfo>`, 'libosinfo', uri, CONFIG],
      ['text', 2, undefined, undefined, uri, CONFIG],
    ]);
    await expect(change('config', { os: 'debian 12' })).rejects.toThrow('"debian 12" is no operating system');
  });

  it('are read as they run, or as they are saved, with empty texts where there are none', async () => {
    const kept = { plan: '', profile: '', image: '', owner: '', metadata: {} };
    const cpus = { vcpus: 2, 'max-vcpus': 4 };
    const all = { name: 'web1', memory: mib(128), 'max-memory': mib(256), ...cpus, autostart: false, ...kept };
    const bare = setUp();
    expect(await bare.read('running')).toMatchObject({ ...all, title: '', description: '' });
    const os = `<metadata><i:libosinfo xmlns:i="http://libosinfo.org/xmlns/libvirt/domain/1.0"><i:os id="${DEBIAN}"/></i:libosinfo></metadata>`;
    const told = setUp({ runs: false, more: `<title>t</title><description>d</description>${os}` });
    told.answer(procedures.domainAutostart, () => true);
    expect(await told.read('config')).toMatchObject({
      ...all,
      'next-boot': null,
      autostart: true,
      title: 't',
      description: 'd',
      os: DEBIAN,
    });
    told.answer(procedures.domainAutostart, () => {
      throw libvirtNo(55, 'transient');
    });
    expect((await told.read('config'))['autostart']).toBe(false);
    await expect(told.read('running')).rejects.toMatchObject({ code: 'op.conflict', message: 'web1 does not run' });
    const flags: number[] = [];
    bare.answer(procedures.domainXml, (args) => {
      flags.push(args.flags);
      return `${BARE}</domain>`;
    });
    await bare.read('running');
    await bare.read('config');
    expect(flags).toEqual([0, 2]);
  });

  it('go over one by one, each by its own call, in KiB where libvirt counts them', async () => {
    const { change, sent, touched } = setUp({ runs: false });
    expect(
      await change('config', {
        memory: mib(100),
        'max-memory': mib(200),
        vcpus: 1,
        'max-vcpus': 3,
        autostart: true,
        title: 'a title',
        description: '',
      }),
    ).toEqual({ warnings: [] });
    expect(sent).toEqual([
      ['memory', CONFIG, 100 * 1024],
      ['memory', CONFIG + MAXIMUM, 200 * 1024],
      ['vcpus', CONFIG, 1],
      ['vcpus', CONFIG + MAXIMUM, 3],
      ['autostart', true],
      ['text', 1, 'a title', undefined, undefined, CONFIG],
      ['text', 0, undefined, undefined, undefined, CONFIG],
    ]);
    expect(touched).toHaveLength(7);
    const off = setUp();
    await off.change('config', { autostart: false });
    expect(off.sent).toEqual([['autostart', false]]);
  });

  it('let a limit grow before what it limits, and shrink after it', async () => {
    const { change, sent } = setUp({ runs: false });
    await change('config', { memory: mib(300), 'max-memory': mib(300), vcpus: 5, 'max-vcpus': 6 });
    expect(sent).toEqual([
      ['memory', CONFIG + MAXIMUM, 300 * 1024],
      ['memory', CONFIG, 300 * 1024],
      ['vcpus', CONFIG + MAXIMUM, 6],
      ['vcpus', CONFIG, 5],
    ]);
    const equal = setUp({ runs: false });
    await equal.change('config', { memory: mib(256), 'max-memory': mib(256) });
    expect(equal.sent).toEqual([
      ['memory', CONFIG, 256 * 1024],
      ['memory', CONFIG + MAXIMUM, 256 * 1024],
    ]);
  });

  it('warn of what a running guest does in its own time, or badly', async () => {
    const { change } = setUp();
    expect(await change('running', { memory: mib(64), vcpus: 1 })).toEqual({
      warnings: [
        { feature: 'memory', detail: 'asked: the guest gives or takes it within some seconds' },
        {
          feature: 'vcpus',
          detail: 'taking vCPUs from a running guest is fragile: restart it before devices are added',
        },
      ],
    });
    expect(await change('running', { vcpus: 2 })).toEqual({ warnings: [] });
    expect(await change('running', { vcpus: 3 })).toEqual({ warnings: [] });
    expect(await change('config', { memory: mib(64), vcpus: 1 })).toEqual({ warnings: [] });
  });

  it.each<[Settings, string]>([
    [{ memory: mib(300) }, 'web1: memory 300M is more than its max-memory, 256M'],
    [{ vcpus: 5 }, 'web1: vcpus 5 is more than its max-vcpus, 4'],
  ])('are refused above the limit of a running guest: %j', async (changes, message) => {
    const { change, sent } = setUp();
    await expect(change('running', changes)).rejects.toMatchObject({ code: 'op.refused', message });
    expect(sent).toEqual([]);
  });

  it('say what was changed by another user meanwhile', async () => {
    const { change } = setUp();
    await expect(change('running', { vcpus: 1 }, { vcpus: 3, autostart: true, title: '' })).rejects.toMatchObject({
      code: 'op.conflict',
      message: expect.stringMatching(
        /^web1 was changed by .*: vcpus is 2 now, not 3; autostart is false now, not true$/,
      ),
      fix: 'look at the new values and make your change again',
    });
  });

  it('say which of several were applied when a later one fails', async () => {
    const { change, answer } = setUp();
    answer(procedures.setAutostart, () => {
      throw libvirtNo(29, 'read only');
    });
    await expect(change('running', { autostart: true })).rejects.toMatchObject({ message: 'web1: read only' });
    await expect(change('running', { memory: mib(64), vcpus: 1, autostart: true })).rejects.toMatchObject({
      code: 'auth.forbidden',
      message: 'web1: read only (already changed: memory, vcpus)',
      fix: 'log in as a user who may manage libvirt',
    });
    answer(procedures.setAutostart, () => {
      throw libvirtNo(38, 'disk full');
    });
    await expect(change('running', { vcpus: 1, autostart: true })).rejects.toMatchObject({
      message: 'web1: disk full (already changed: vcpus)',
      fix: undefined,
    });
    const bug = new TypeError('a bug');
    answer(procedures.setAutostart, () => {
      throw bug;
    });
    await expect(change('running', { vcpus: 1, autostart: true })).rejects.toBe(bug);
  });

  it.each<[Settings, string]>([
    [{ memory: mib(64) }, 'memory'],
    [{ 'max-memory': mib(200) }, 'max-memory'],
    [{ vcpus: 1 }, 'vcpus'],
    [{ 'max-vcpus': 3 }, 'max-vcpus'],
    [{ autostart: true }, 'autostart'],
    [{ title: 't' }, 'title'],
  ])('are waited for for ninety seconds: %j', async (changes, key) => {
    const host = playHost();
    host.add(1);
    host.answer(procedures.domainXml, () => `${BARE}</domain>`);
    for (const silent of [procedures.setMemory, procedures.setCpus, procedures.setAutostart, procedures.setMetadata])
      host.answerBy(silent.name, () => SILENCE);
    const { calls, daemon, pass, clock } = await operate(host, createTestClock());
    let ended = false;
    const changing = createSettings(calls)
      .configure(idOf(1), 'config', changes, {}, signal)
      .finally(() => {
        ended = true;
      });
    const refused = expect(changing).rejects.toMatchObject({
      code: 'outcome.unknown',
      message: expect.stringContaining(`no answer to "set ${key}"`),
    });
    await pass(89_999);
    expect(ended).toBe(false);
    await clock.pass(1);
    await refused;
    daemon.close();
  });

  it('of a running guest go to what runs first', async () => {
    const { change, sent } = setUp();
    await change('running', { description: 'd' });
    expect(sent).toEqual([
      ['text', 0, 'd', undefined, undefined, LIVE],
      ['text', 0, 'd', undefined, undefined, CONFIG],
    ]);
  });
});
