/** Security groups of guests, and who has one that is to be deleted. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { present } from '../../../../test/contract/bench.ts';
import { refusal } from '../../../../test/contract/refusal.ts';
import { FleetError } from '../../../errors.ts';
import { securityGroupId, vmId } from '../../../ids.ts';
import type { Settings } from '../../contract.ts';
import { type Connected, openConnected, PVE } from '../testkit/connected.ts';
import { scriptedLists } from '../testkit/scripted-api.ts';
import type { WorldGuest } from '../testkit/world.ts';
import { startFirewall } from '../testkit/world-parts.ts';
import { whoHasGroup } from './who-has-group.ts';

const { signal } = new AbortController();
let open: Connected;
let guest: WorldGuest;

beforeAll(async () => {
  open = await openConnected();
});
afterAll(() => open.close());
beforeEach(() => {
  const { world } = open.server;
  world.guests.clear();
  world.firewalls.clear();
  world.firewalls.set('cluster', startFirewall(true));
  world.groups.clear();
  for (const name of ['web', 'db', 'ssh']) world.groups.set(name, { rules: [] });
  guest = world.addGuest('qemu', 'pve1', { name: 'web1', net0: 'virtio=BC:24:11:00:00:01,bridge=vmbr0,firewall=1' });
  open.server.tellNow();
});

const idOf = () => vmId(PVE, `${guest.kind}/${guest.vmid}`);
const configure = (changes: Settings, basedOn: Settings = {}) =>
  present(open.connection.vm.configure)(idOf(), 'config', changes, basedOn, signal);
const groups = () =>
  guest.firewall.rules.map(({ type, action, iface }) => `${type} ${action}${iface === undefined ? '' : ` ${iface}`}`);
const changesSince = (before: number) =>
  open.server.requests.slice(before).filter((request) => !request.startsWith('GET '));

describe('the security groups of a guest', () => {
  it('come, go and change their order as rules of its own firewall; its other rules stay', async () => {
    guest.firewall.rules.push({ type: 'in', action: 'DROP', enable: '1' });
    expect(await configure({ 'security-groups': 'web, db@net0', firewall: true })).toEqual({ warnings: [] });
    expect([guest.firewall.isOn, groups()]).toEqual([true, ['group web', 'group db net0', 'in DROP']]);
    const settings = await present(open.connection.vm.settings)(idOf(), 'config', signal);
    expect(settings).toMatchObject({ firewall: true, 'security-groups': 'web,db@net0' });
    await configure({ 'security-groups': 'ssh,db@net0,web' }, { 'security-groups': 'web,db@net0' });
    expect(groups()).toEqual(['group ssh', 'group db net0', 'group web', 'in DROP']);
    await configure({ 'security-groups': 'web,ssh' });
    expect(groups()).toEqual(['group web', 'group ssh', 'in DROP']);
    const { more } = await open.connection.vm.info(idOf(), signal);
    expect(more).toEqual(
      expect.arrayContaining([
        ['Firewall', 'on'],
        ['Security group', 'web'],
      ]),
    );
  });

  it.each<[string, () => void, string]>([
    ['its own firewall', () => {}, 'the firewall of web1 is off'],
    [
      'its NICs',
      () => {
        guest.firewall.isOn = true;
        guest.config['net0'] = 'virtio=BC:24:11:00:00:01,bridge=vmbr0';
      },
      'no NIC of web1 has its firewall flag',
    ],
    [
      'the cluster',
      () => {
        guest.firewall.isOn = true;
        open.server.world.firewalls.set('cluster', startFirewall(false));
      },
      'the firewall of the cluster is off',
    ],
  ])('say why they do not hold: %s', async (_what, set, why) => {
    set();
    const plan = present(open.connection.vm.planConfigure);
    const warning = { feature: 'security-groups', detail: expect.stringContaining(why) };
    expect(await plan(idOf(), 'config', { 'security-groups': 'web' }, {}, signal)).toEqual({ warnings: [warning] });
    expect(await configure({ 'security-groups': 'web' })).toEqual({ warnings: [warning] });
  });

  it.each<[string, string, string]>([
    ['a group that is not there', 'web,none', 'securitygroup.not-found'],
    ['a NIC that is not there', 'web@net3', 'op.refused'],
    ['what is no name', 'web;db', 'op.refused'],
  ])('are refused before anything is sent: %s', async (_what, text, code) => {
    const before = open.server.requests.length;
    expect((await refusal(configure({ 'security-groups': text, autostart: true }))).code).toBe(code);
    expect(changesSince(before)).toEqual([]);
  });

  it('name what was changed before one was refused', async () => {
    open.server.answerInstead = (method, path) =>
      method === 'GET' && path.endsWith('/cluster/firewall/groups')
        ? { data: [{ group: 'web' }, { group: 'gone' }] }
        : undefined;
    try {
      const error = await refusal(configure({ 'security-groups': 'gone,web', autostart: true }));
      expect(error.message).toContain('security group gone was not changed');
      expect(error.message).toContain('autostart, security group web was');
    } finally {
      open.server.answerInstead = undefined;
    }
  });

  it('that are disabled do not hold: they are not shown, come as new rules and stay when the others go', async () => {
    guest.firewall.rules.push({ type: 'group', action: 'web', enable: '0' });
    expect(await present(open.connection.vm.settings)(idOf(), 'config', signal)).toMatchObject({
      'security-groups': '',
    });
    await configure({ 'security-groups': 'web', firewall: true });
    expect(guest.firewall.rules.map(({ enable }) => enable)).toEqual(['1', '0']);
    await configure({ 'security-groups': '' });
    expect(guest.firewall.rules.map(({ enable }) => enable)).toEqual(['0']);
  });

  it('go one after the other, and none by a place that another program has changed meanwhile', async () => {
    const rule = (action: string) => ({ type: 'group', action, enable: '1' });
    guest.firewall.rules.push(rule('web'), rule('db'), rule('web'));
    await configure({ 'security-groups': 'db' });
    expect(groups()).toEqual(['group db']);
    guest.firewall.rules.splice(0, 1, rule('web'), rule('db'), rule('web'));
    let deleted = 0;
    open.server.answerInstead = (method, path) => {
      // another program puts a rule in front
      if (method === 'DELETE' && path.includes('/firewall/rules/') && ++deleted === 1)
        guest.firewall.rules.unshift({ type: 'in', action: 'DROP', enable: '1' });
      return undefined;
    };
    try {
      await configure({ 'security-groups': 'db' });
    } finally {
      open.server.answerInstead = undefined;
    }
    expect(groups()).toEqual(['in DROP', 'group db']);
  });

  it('are of a new guest before it starts, and those of its template stay', async () => {
    const template = open.server.world.addGuest('qemu', 'pve1', {
      ...{ name: 'golden', template: '1', scsi0: 'local-lvm:base-VMID-disk-0,size=8G' },
      net0: 'virtio=BC:24:11:AA:AA:AA,bridge=vmbr0',
    });
    template.firewall.rules.push({ type: 'group', action: 'ssh', enable: '1' });
    open.server.tellNow();
    const spec = { name: 'web2', image: 'golden', start: false, 'security-groups': 'web', firewall: true };
    const { id, warnings } = await present(open.connection.vm.create)(PVE, spec, signal);
    const detail = 'no NIC of web2 has its firewall flag: its security groups hold for those that have it';
    expect(warnings).toContainEqual({ feature: 'security-groups', detail });
    guest = present(open.server.world.guests.get(Number(id.split('/').at(-1))));
    expect([guest.firewall.isOn, groups()]).toEqual([true, ['group web', 'group ssh']]);
    const wrong = { ...spec, name: 'web3', 'security-groups': 'none' };
    expect((await refusal(present(open.connection.vm.create)(PVE, wrong, signal))).code).toBe(
      'securitygroup.not-found',
    );
    open.server.tellNow();
    expect([...open.server.world.guests.values()].map(({ config }) => config['name'])).not.toContain('web3');
  });
});

describe('a security group that is in use', () => {
  const id = securityGroupId(PVE, 'web');
  const rule = { type: 'group', action: 'web', enable: '1' };
  const put = (place: string) => {
    const firewall = startFirewall(false);
    firewall.rules.push(rule);
    open.server.world.firewalls.set(place, firewall);
  };

  it('F-405 is kept, with the list of who has it: cluster, nodes, networks and guests', async () => {
    const { securitygroup } = open.connection;
    const planned = async () => (await present(securitygroup?.planDelete)(id, signal)).refused;
    expect(await planned()).toBeUndefined();
    guest.firewall.rules.push(rule);
    for (const place of ['cluster', 'nodes/pve2', 'cluster/sdn/vnets/web']) put(place);
    const all = 'web is used by the cluster, the network web, the node pve2, web1';
    expect(await planned()).toBe(all);
    const error = await refusal(present(securitygroup?.delete)(id, signal));
    expect([error.code, error.message]).toEqual(['op.refused', all]);
    expect(open.server.world.groups.has('web')).toBe(true);
  });

  it('is kept where that can not be found out', async () => {
    open.server.world.nodes.set('pve2', { online: false });
    try {
      const { refused } = await present(open.connection.securitygroup?.planDelete)(id, signal);
      expect(refused).toContain("who has web can't be found out");
    } finally {
      open.server.world.nodes.set('pve2', { online: true });
    }
  });

  it.each<[string, Parameters<typeof scriptedLists>, string]>([
    ['guests', [{}, { '/vms/100': ['VM.Audit'] }], 'this login may not see all guests (VM.Audit on /vms)'],
    [
      'networks',
      [{ 'GET /cluster/resources': [], 'GET /cluster/sdn/vnets': new FleetError('auth.forbidden', 'no SDN.Audit') }],
      'no SDN.Audit',
    ],
  ])('is kept where %s may be hidden', async (_what, how, why) => {
    expect(await whoHasGroup(scriptedLists(...how).context, 'web', signal)).toBe(
      `who has web can't be found out: ${why}`,
    );
  });
});
