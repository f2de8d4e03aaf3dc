import { describe, expect, it } from 'vitest';
import { FleetError } from '../../errors.ts';
import { networkId, nodeId } from '../../ids.ts';
import { StatusError } from '../transport/http/rest-error.ts';
import { listNetworks } from './networks.ts';
import { type Answers, PVE, scriptedLists } from './testkit/scripted-api.ts';

const { signal } = new AbortController();
const online = (node: string) => ({ type: 'node', node, status: 'online' });
const away = new FleetError('host.unreachable', 'no route', { retry: true });
const refused = new FleetError('op.unsupported', 'no such method');

function open(nodes: readonly object[], answers: Answers) {
  const { context, asked } = scriptedLists({
    'GET /cluster/resources': nodes,
    'GET /cluster/sdn/vnets': refused,
    'GET /cluster/sdn/zones': refused,
    ...answers,
  });
  return { asked, answer: listNetworks(context, signal) };
}
const bridges = (rows: unknown) => open([online('pve1')], { 'GET /nodes/pve1/network': rows });
const UNTOLD = { mode: undefined, dhcp: undefined, vlan: undefined, mtu: undefined, domain: undefined };

describe('the networks of nodes', () => {
  it('are their bridges of any kind, each under its node', async () => {
    const rows = [
      { iface: 'vmbr1', type: 'OVSBridge', active: 1, ovs_ports: 'bond0 mgmt' },
      { iface: 'eno1', type: 'eth', active: 1 },
      { iface: 'bond0', type: 'OVSBond' },
      { iface: 'mgmt', type: 'OVSIntPort' },
      { iface: 'vmbr0.5', type: 'vlan', active: 1 },
      { iface: 'vmbr0', type: 'bridge', bridge_ports: '', cidr: '192.0.2.1/24', cidr6: '2001:db8::1/64', mtu: '1400' },
    ];
    const { answer, asked } = open([online('pve2'), online('pve1')], {
      'GET /nodes/pve1/network': rows,
      'GET /nodes/pve2/network': [{ iface: 'vmbr0', type: 'bridge', active: true }],
    });
    const [one, two] = [nodeId(PVE, 'pve1'), nodeId(PVE, 'pve2')];
    expect(await answer).toEqual([
      {
        ...UNTOLD,
        id: networkId(PVE, 'pve1/vmbr0'),
        name: 'vmbr0',
        type: 'bridge',
        node: one,
        active: false,
        cidrs: ['192.0.2.1/24', '2001:db8::1/64'],
        device: 'vmbr0',
        mtu: 1400,
      },
      {
        ...UNTOLD,
        id: 'pve/pve1/vmbr1',
        name: 'vmbr1',
        type: 'OVSBridge',
        mode: 'bridge',
        node: one,
        active: true,
        cidrs: [],
        device: 'vmbr1',
      },
      {
        ...UNTOLD,
        id: 'pve/pve2/vmbr0',
        name: 'vmbr0',
        type: 'bridge',
        node: two,
        active: true,
        cidrs: [],
        device: 'vmbr0',
      },
    ]);
    expect(asked.map((request) => request.split(' {')[0]).toSorted()).toEqual([
      'GET /cluster/resources',
      'GET /cluster/sdn/vnets',
      'GET /cluster/sdn/zones',
      'GET /nodes/pve1/network',
      'GET /nodes/pve2/network',
    ]);
  });

  it.each([
    ['a card', { bridge_ports: 'eno1' }, 'bridge'],
    ['none', { bridge_ports: 'none' }, undefined],
    ['no word of any', {}, undefined],
    ['the node itself', { type: 'OVSBridge', ovs_ports: 'mgmt' }, undefined],
  ])('are bridged to another network where there is a port: %s', async (_what, row, mode) => {
    const answer = bridges([
      { iface: 'vmbr0', type: 'bridge', ...row },
      { iface: 'mgmt', type: 'OVSIntPort' },
    ]).answer;
    expect(await answer).toMatchObject([{ mode }]);
  });

  it.each<[string, unknown, string]>([
    ['fails', new FleetError('op.failed', 'pve1: broken file'), 'not read: pve1: broken file'],
    ['does not answer', away, 'not read: no route'],
    ['sends no list', { a: 1 }, 'not read: pve1: the server sent no list of objects'],
    ['has a bridge without a name', [{ type: 'bridge' }], 'not read: one of its bridges has no name'],
  ])('have a row for a node that %s, and the others theirs', async (_what, answer, message) => {
    const list = open([online('pve1'), online('pve2'), { type: 'node', node: 'pve3', status: 'offline' }], {
      'GET /nodes/pve1/network': answer,
      'GET /nodes/pve2/network': [{ iface: 'vmbr0', type: 'bridge' }],
    });
    expect(await list.answer).toMatchObject([
      { id: 'pve/pve1/', name: '(networks of pve1)', node: 'pve/pve1', active: false, trouble: { message } },
      { id: 'pve/pve2/vmbr0' },
      { id: 'pve/pve3/', name: '(networks of pve3)', trouble: { message: 'not read: it is offline' } },
    ]);
  });

  it('can not be listed when the link is gone', async () => {
    await expect(bridges(away).answer).rejects.toThrow('no route');
    await expect(bridges(new FleetError('auth.rejected', 'logged out')).answer).rejects.toThrow('logged out');
  });
});

describe('the virtual networks of a cluster', () => {
  const ZONES = [
    { zone: 'z1', type: 'vlan', bridge: 'vmbr0', mtu: 1496 },
    { zone: 'z2', type: 'vxlan', dnszone: 'example.org' },
    { zone: 'z3', type: 'simple', dhcp: 'dnsmasq' },
  ];
  const sdn = (vnets: unknown, subnets: Answers = {}, zones: unknown = ZONES) =>
    open([online('pve1')], {
      'GET /nodes/pve1/network': [],
      'GET /cluster/sdn/vnets': vnets,
      'GET /cluster/sdn/zones': zones,
      ...subnets,
    });
  const at = (vnet: string) => `GET /cluster/sdn/vnets/${vnet}/subnets`;

  it('are those of no node alone, with what their zone and subnets say', async () => {
    const { answer, asked } = sdn(
      [
        { vnet: 'web', zone: 'z1', tag: 20, type: 'vnet' },
        { vnet: 'far', zone: 'z2', tag: 4711, type: 'vnet' },
        { vnet: 'natted', zone: 'z3', type: 'vnet', state: 'changed', pending: { zone: 'z1' } },
        { vnet: 'soon', type: 'vnet', state: 'new', pending: { zone: 'z1', tag: 30 } },
      ],
      {
        [at('web')]: [
          { cidr: '192.0.2.0/24', 'dhcp-range': [{}] },
          { cidr: '2001:db8::/64', 'dhcp-range': [] },
        ],
        [at('far')]: [],
        [at('natted')]: [{ cidr: '10.0.0.0/8', snat: 1, 'dhcp-range': [{ 'start-address': '10.0.0.5' }] }],
        [at('soon')]: [],
      },
    );
    const none = { ...UNTOLD, node: undefined, active: true, cidrs: [], device: undefined, dhcp: false };
    expect(await answer).toEqual([
      { ...none, id: 'pve/far', name: 'far', type: 'vxlan', domain: 'example.org' },
      { ...none, id: 'pve/natted', name: 'natted', type: 'simple', mode: 'nat', cidrs: ['10.0.0.0/8'], dhcp: true },
      { ...none, id: 'pve/soon', name: 'soon', type: 'vlan', active: false, vlan: 30, device: 'vmbr0', mtu: 1496 },
      {
        ...none,
        id: 'pve/web',
        name: 'web',
        type: 'vlan',
        cidrs: ['192.0.2.0/24', '2001:db8::/64'],
        vlan: 20,
        device: 'vmbr0',
        mtu: 1496,
      },
    ]);
    expect(asked.find((request) => request.startsWith('GET /cluster/sdn/vnets {'))).toContain('{"pending":1}');
  });

  const notFound = new FleetError('op.failed', 'not found', {
    cause: new StatusError('GET /x', false, { status: 404, reason: 'not found', headers: {} }, undefined),
  });
  it.each([
    ['has no such list', refused],
    ['has no such path', notFound],
    ['does not show them to this login', new FleetError('auth.forbidden', 'no')],
  ])('are left out where the server %s', async (_what, error) => {
    expect(await sdn(error).answer).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    ['fails', new FleetError('op.failed', 'broken'), 'not read: broken'],
    ['is none', 7, 'not read: the virtual networks: the server sent no list of objects'],
    ['has an entry without a name', [{}], 'not read: entries without a name: 1'],
  ])('are one row that says so when their list %s', async (_what, answer, message) => {
    expect(await sdn(answer).answer).toMatchObject([
      { name: '(virtual networks)', active: false, trouble: { message } },
    ]);
  });

  it('are there without what a zone or a subnet would tell, when those can not be read', async () => {
    const vnet = [
      { vnet: 'web', zone: 'z1', tag: 20 },
      { vnet: '..', zone: 'z1' },
    ];
    const failed = new FleetError('op.failed', 'broken');
    const [odd, web] = await sdn(vnet, { [at('web')]: failed }, failed).answer;
    expect(web).toMatchObject({ type: 'vnet', vlan: undefined, dhcp: undefined, cidrs: [] });
    expect(web?.trouble?.message).toBe('its subnets were not read: broken');
    expect(odd).toMatchObject({ name: '..', trouble: { message: expect.stringContaining('no name of Proxmox VE') } });
  });
});
