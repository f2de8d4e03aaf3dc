import { describe, expect, it } from 'vitest';
import { FleetError } from '../../../errors.ts';
import { gib, mib } from '../../../units.ts';
import type { Settings, SettingsTarget } from '../../contract.ts';
import { StatusError } from '../../transport/http/rest-error.ts';
import { type Answers, CT1, changesIn, readsOf, scriptedGuests, WEB1 } from '../testkit/scripted-api.ts';
import { createSettings } from './settings.ts';

const { signal } = new AbortController();
const ON = { name: 'web1' };
const OFF = { name: 'web1', status: 'stopped', qmpstatus: 'stopped' };
const CONFIG = { memory: '2048', cores: 2, sockets: 2, onboot: 1, description: 'shop\n', digest: 'd1' };

/** Of a guest that high availability leaves alone, as its server answers. */
const NO_HA = new FleetError('op.failed', "web1: no such resource 'vm:100'", {
  cause: new StatusError('GET /cluster/ha/resources/vm:100', false, { status: 500, reason: '', headers: {} }, {}),
});

function open(current: object, config: object = CONFIG, more: Answers = {}) {
  const { calls, asked } = scriptedGuests(current, {
    'GET /nodes/pve1/qemu/100/config': config,
    'GET /nodes/pve1/lxc/101/config': config,
    'PUT /nodes/pve1/qemu/100/config': null,
    'GET /cluster/ha/resources/vm%3A100': NO_HA,
    'GET /cluster/ha/resources/ct%3A101': NO_HA,
    'GET /nodes/pve1/qemu/100/pending': [],
    ...more,
  });
  return { ...createSettings(calls), asked };
}
const formsIn = (asked: readonly string[]): readonly unknown[] =>
  changesIn(asked).map((request) => JSON.parse(request.slice(request.indexOf('{'))).form);

describe('the settings of a guest', () => {
  it('are those of the next start, and those of now', async () => {
    const { settings, asked } = open(ON);
    const values = {
      ...{ name: 'web1', memory: gib(2), vcpus: 4, autostart: true, description: 'shop' },
      ...{ plan: '', profile: '', image: '', metadata: {}, tags: '', 'resource-pool': '', ha: 'none' },
      ...{ firewall: false, 'security-groups': '' },
      ...{ protection: false, hotplug: 'network,disk,usb', boot: '', template: false },
    };
    expect(await settings(WEB1, 'config', signal)).toEqual(values);
    expect(await settings(WEB1, 'running', signal)).toEqual(values);
    expect(readsOf(asked, WEB1).filter((request) => request.includes('/config'))).toEqual([
      'GET /nodes/pve1/qemu/100/config {"query":{}}',
      'GET /nodes/pve1/qemu/100/config {"query":{"current":1}}',
    ]);
    expect(await settings(CT1, 'config', signal)).toMatchObject({ vcpus: 2 });
  });

  it('are none of now for a guest that is off', async () => {
    await expect(open(OFF).settings(WEB1, 'running', signal)).rejects.toMatchObject({
      code: 'op.conflict',
      message: 'web1 does not run',
      fix: 'change the saved settings instead',
    });
    expect(await open(OFF).settings(WEB1, 'config', signal)).toMatchObject({ vcpus: 4 });
  });

  it.each<[string, SettingsTarget, Settings, object]>([
    ['memory', 'config', { memory: mib(1536) }, { memory: '1536' }],
    ['memory, to a whole MiB', 'config', { memory: mib(16) + 600_000 }, { memory: '17' }],
    ['vCPUs, by the sockets that it has', 'config', { vcpus: 6 }, { cores: '3' }],
    ['autostart, on', 'running', { autostart: true }, { onboot: '1' }],
    ['autostart, off', 'config', { autostart: false }, { onboot: '0' }],
    ['notes', 'running', { description: 'db' }, { description: 'db' }],
    ['notes, to none', 'config', { description: '' }, { delete: 'description' }],
  ])('are sent with the digest of what was read: %s', async (_what, target, changes, form) => {
    const { configure, asked } = open(ON);
    await configure(WEB1, target, changes, {}, signal);
    expect(formsIn(asked)).toEqual([{ ...form, digest: 'd1' }]);
  });

  it('are sent without a digest where the server has told none, and not at all where nothing changes', async () => {
    const { configure, asked } = open(OFF, {});
    await configure(WEB1, 'config', { autostart: true }, {}, signal);
    expect(await configure(WEB1, 'config', {}, {}, signal)).toEqual({ warnings: [] });
    expect(formsIn(asked)).toEqual([{ onboot: '1' }]);
  });

  it.each<[string, object, Settings, readonly object[]]>([
    [
      'memory',
      ON,
      { memory: gib(1) },
      [{ feature: 'memory', detail: 'web1 gets it when it is started the next time' }],
    ],
    [
      'memory and vCPUs',
      ON,
      { vcpus: 2, memory: gib(1), autostart: true },
      [{ feature: 'memory, vcpus', detail: 'web1 gets it when it is started the next time' }],
    ],
    ['autostart', ON, { autostart: false }, []],
    ['memory of a guest that is off', OFF, { memory: gib(1) }, []],
  ])('wait for the next start where they must: %s', async (_what, current, changes, warnings) => {
    expect(await open(current).configure(WEB1, 'config', changes, {}, signal)).toEqual({ warnings });
  });

  it.each<[string, SettingsTarget, Settings, Settings, object]>([
    [
      'memory of what runs',
      'running',
      { memory: gib(1) },
      {},
      {
        code: 'op.refused',
        message: 'web1 takes no memory while it runs',
        fix: 'change the saved setting, or let its hotplug have memory and its NUMA be on before it starts',
      },
    ],
    [
      'vCPUs of what runs',
      'running',
      { vcpus: 4 },
      {},
      { code: 'op.refused', message: 'web1 takes no vCPUs while it runs' },
    ],
    [
      'vCPUs that do not fit its sockets',
      'config',
      { vcpus: 3 },
      {},
      {
        code: 'op.refused',
        message: "web1 has 2 sockets: 3 vCPUs can't be shared out evenly",
        fix: 'take a multiple of 2',
      },
    ],
    [
      'what it does not have',
      'config',
      { colour: 'red' },
      {},
      { code: 'usage', message: 'colour is no setting of a Proxmox VE guest' },
    ],
    [
      'what another program has changed',
      'config',
      { autostart: false },
      { memory: gib(1), autostart: false, description: 'shop', other: 1 },
      {
        code: 'op.conflict',
        message:
          'web1 was changed by another program meanwhile: memory is 2GiB now, not 1GiB; autostart is true now, not false; other is - now, not 1',
        fix: 'look at the new values and make your change again',
      },
    ],
  ])('are not sent: %s', async (_what, target, changes, basedOn, refusal) => {
    const { configure, asked } = open(ON);
    await expect(configure(WEB1, target, changes, basedOn, signal)).rejects.toMatchObject(refusal);
    expect(changesIn(asked)).toEqual([]);
  });

  it.each<[string, Settings, object]>([
    ['name', { name: 'web2' }, { name: 'web2' }],
    ['tags', { tags: 'b, a' }, { tags: 'b;a' }],
    ['no tags', { tags: '' }, { delete: 'tags' }],
    ['boot order', { boot: 'scsi0,net0' }, { boot: 'order=scsi0;net0' }],
    ['protection', { protection: true }, { protection: '1' }],
    ['plan, in kcli’s words before the notes', { plan: 'web' }, { description: 'plan=web,\nshop' }],
    ['metadata', { metadata: { owner: 'ann' } }, { description: 'owner=ann,\nshop' }],
  ])('can be its %s', async (_what, changes, form) => {
    const { configure, asked } = open(ON);
    await configure(WEB1, 'config', changes, {}, signal);
    expect(formsIn(asked)).toEqual([{ ...form, digest: 'd1' }]);
  });

  it('reach a running guest as far as its hotplug goes, and what it does not take is taken back', async () => {
    const config = { ...CONFIG, hotplug: 'memory,cpu', numa: 1 };
    const well = open(ON, config);
    await well.configure(WEB1, 'running', { memory: gib(1), vcpus: 3 }, {}, signal);
    expect(formsIn(well.asked)).toEqual([{ memory: '1024', vcpus: '3', digest: 'd1' }]);
    const badly = open(ON, config, {
      'GET /nodes/pve1/qemu/100/pending': [{ key: 'memory', value: '2048', pending: '1024' }],
    });
    await expect(badly.configure(WEB1, 'running', { memory: gib(1) }, {}, signal)).rejects.toMatchObject({
      code: 'op.timeout',
      message: expect.stringContaining('it is as before'),
    });
    expect(formsIn(badly.asked)).toEqual([{ memory: '1024', digest: 'd1' }, { revert: 'memory' }]);
  });

  it('name what was changed before high availability refused', async () => {
    const { configure, asked } = open(ON, CONFIG, {
      'POST /cluster/ha/resources': new FleetError(
        'auth.forbidden',
        'web1: this login lacks the right Sys.Console on /',
      ),
    });
    await expect(configure(WEB1, 'config', { autostart: false, ha: 'started' }, {}, signal)).rejects.toMatchObject({
      code: 'auth.forbidden',
      message: 'web1: ha was not changed (web1: this login lacks the right Sys.Console on /); autostart was',
    });
    expect(formsIn(asked)).toEqual([
      { onboot: '0', digest: 'd1' },
      { sid: 'vm:100', state: 'started' },
    ]);
  });

  it('make no guest of a template again', async () => {
    const { configure, asked } = open(OFF, CONFIG, {
      'GET /cluster/resources': [
        { type: 'qemu', vmid: 100, node: 'pve1', name: 'web1', status: 'stopped', template: 1 },
      ],
    });
    await expect(configure(WEB1, 'config', { template: false }, {}, signal)).rejects.toMatchObject({
      code: 'op.refused',
    });
    expect(changesIn(asked)).toEqual([]);
  });
});
