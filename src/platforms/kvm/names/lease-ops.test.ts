import { describe, expect, it } from 'vitest';
import { leaseId } from '../../../ids.ts';
import type { LeaseSpec } from '../../contract.ts';
import { procedures } from '../rpc/protocol.ts';
import { hostWithNames, type NameWords } from '../testkit/host-with-names.ts';
import { libvirtNo } from '../testkit/scripted-client.ts';
import { ENDPOINT } from '../testkit/scripted-host.ts';

const [ONE, TWO] = ['52:54:00:00:00:0a', '52:54:00:00:00:0b'];
const DUAL = (v4 = '', v6 = '') =>
  `<ip address='10.0.0.1' prefix='24'><dhcp><range start='10.0.0.2' end='10.0.0.9'/>${v4}</dhcp></ip><ip family='ipv6' address='fd00::1' prefix='64'><dhcp>${v6}</dhcp></ip>`;
const KEPT = `<host mac='${ONE.toUpperCase()}' name='web1' ip='10.0.0.5'/>`;

async function setUp(words: Partial<NameWords> = {}) {
  const host = await hostWithNames({ networks: { lan: DUAL(KEPT) }, ...words });
  const { leases, signal } = host;
  return {
    ...host,
    list: () => leases.list(ENDPOINT, signal),
    create: (spec: Partial<LeaseSpec> = {}) =>
      leases.create(ENDPOINT, { network: 'lan', mac: TWO, ip: '10.0.0.6', name: '', ...spec }, signal),
    plan: (native: string) => leases.planDelete(leaseId(ENDPOINT, native), signal),
    remove: (native: string) => leases.delete(leaseId(ENDPOINT, native), signal),
  };
}

describe('the list', () => {
  it('has one row for an address that is reserved and given, in the order of the addresses', async () => {
    const { list } = await setUp({
      leases: {
        lan: [
          ['fd00::7', TWO],
          ['10.0.0.20', TWO, 'db1'],
          ['10.0.0.5', ONE, 'other'],
          ['10.0.0.3', undefined, undefined, 0],
        ],
      },
    });
    expect(await list()).toEqual([
      { id: 'a/lan/10.0.0.3', name: '10.0.0.3', network: 'lan', ip: '10.0.0.3', reserved: false },
      {
        ...{ id: 'a/lan/10.0.0.5', name: 'web1', network: 'lan', mac: ONE, ip: '10.0.0.5', reserved: true },
        ...{ until: 2000, identity: ONE },
      },
      { id: 'a/lan/10.0.0.20', name: 'db1', network: 'lan', mac: TWO, ip: '10.0.0.20', reserved: false, until: 2000 },
      { id: 'a/lan/fd00::7', name: 'fd00::7', network: 'lan', mac: TWO, ip: 'fd00::7', reserved: false, until: 2000 },
    ]);
  });

  it('has two rows where another NIC has a reserved address, and where two NICs have it', async () => {
    const twice = `${KEPT}<host mac='${TWO}' ip='10.0.0.5'/>`;
    const { list } = await setUp({
      networks: { lan: DUAL(twice) },
      leases: { lan: [['10.0.0.5', '52:54:00:00:00:0c']] },
    });
    expect((await list()).map(({ id, mac, reserved }) => [id, mac, reserved])).toEqual([
      ['a/lan/10.0.0.5', ONE, true],
      [`a/lan/10.0.0.5/${TWO}`, TWO, true],
      ['a/lan/10.0.0.5/52:54:00:00:00:0c', '52:54:00:00:00:0c', false],
    ]);
  });

  it('asks for leases of active networks with addresses alone, once each', async () => {
    const { list, came } = await setUp({
      networks: { lan: DUAL(), off: DUAL(KEPT), br: "<forward mode='bridge'/><bridge name='br0'/>" },
      inactive: ['off'],
    });
    expect((await list()).map(({ id }) => id)).toEqual(['a/off/10.0.0.5']);
    expect(came.filter((name) => name === 'NETWORK_GET_DHCP_LEASES')).toHaveLength(1);
  });

  it('knows a reservation for a name by the name that the guest sends', async () => {
    const six = "<host name='six' ip='fd00::7'/>";
    const { list } = await setUp({ networks: { lan: DUAL('', six) }, leases: { lan: [['fd00::7', TWO, 'six']] } });
    expect(await list()).toMatchObject([{ name: 'six', mac: TWO, ip: 'fd00::7', reserved: true, until: 2000 }]);
  });

  it('says of a network that it can not be read', async () => {
    const { list, answer } = await setUp();
    answer(procedures.networkLeases, () => {
      throw libvirtNo(1, 'invalid json in file');
    });
    expect(await list()).toMatchObject([
      { id: 'a/lan/', name: 'lan', unread: true, trouble: { message: 'invalid json in file' } },
    ]);
  });
});

describe('an address that is reserved', () => {
  it('is written into what runs and what is saved, by one call', async () => {
    const { create, sent, list } = await setUp();
    expect(await create({ mac: TWO.toUpperCase(), name: 'db1' })).toEqual({ warnings: [], id: 'a/lan/10.0.0.6' });
    expect(sent).toEqual([`add live+saved 0 <host mac="${TWO}" name="db1" ip="10.0.0.6"/>`]);
    expect((await list()).map(({ name }) => name)).toEqual(['web1', 'db1']);
  });

  it('is one of the right version of IP, for a name', async () => {
    const { create, sent } = await setUp();
    expect(await create({ mac: '', name: 'six', ip: 'FD00:0::7' })).toMatchObject({ id: 'a/lan/fd00::7' });
    expect(sent).toEqual(['add live+saved 1 <host name="six" ip="fd00::7"/>']);
  });

  it.each([
    [{ inactive: ['lan'] }, 'saved'],
    [{ transient: ['lan'] }, 'live'],
  ])('is written into what there is: %j', async (words, half) => {
    const { create, sent, remove } = await setUp(words);
    await create();
    await remove('lan/10.0.0.6');
    expect(sent.map((line) => line.replace(/ <.*/, ''))).toEqual([`add ${half} 0`, `delete ${half} 0`]);
  });

  it('is sent to an old libvirt in the order that it takes', async () => {
    const { create, sent } = await setUp({ isOld: true });
    await create();
    expect(sent).toEqual([`add live+saved 0 <host mac="${TWO}" ip="10.0.0.6"/>`]);
  });

  it('is written by two calls where the addresses stand in another order, and by none when the second is refused', async () => {
    const [v4, v6] = DUAL(KEPT).split(/(?<=<\/ip>)/);
    const words = { networks: { lan: `${v6}${v4}` }, live: { lan: `${v4}${v6}` } };
    const { create, sent } = await setUp(words);
    await create();
    expect(sent.map((line) => line.slice(0, 11))).toEqual(['add saved 1', 'add live 0 ']);
    const refusing = await setUp({ ...words, live: { lan: DUAL(`${KEPT}<host mac='${TWO}' ip='10.0.0.9'/>`) } });
    await expect(refusing.create()).rejects.toMatchObject({ code: 'op.conflict' });
    expect(refusing.sent).toEqual([]);
  });

  it('warns of an address that another NIC has now, and of a network that gave none', async () => {
    const taken = await setUp({ leases: { lan: [['10.0.0.6', ONE, 'db1']] } });
    expect(await taken.create()).toMatchObject({
      warnings: [{ feature: 'lease.create', detail: '10.0.0.6 is given to db1 now, and free when that ends' }],
    });
    const quiet = await setUp({ networks: { lan: "<ip address='10.0.0.1' prefix='24'/>" } });
    expect(await quiet.create()).toMatchObject({
      warnings: [{ detail: expect.stringContaining('gave no addresses') }],
    });
  });

  it.each<readonly [Partial<LeaseSpec>, string, string]>([
    [{ network: 'none' }, 'network.not-found', 'the host has no network "none"'],
    [{ ip: '10.0.0.5' }, 'op.conflict', `lan: 10.0.0.5 is reserved for web1, ${ONE} already`],
    [{ mac: ONE.toUpperCase() }, 'op.conflict', '10.0.0.5 is reserved for web1'],
    [{ name: 'web1' }, 'op.conflict', '10.0.0.5 is reserved for web1'],
    [{ ip: '10.0.1.6' }, 'op.refused', 'lan: 10.0.1.6 is not in 10.0.0.0/24 or fd00::/64'],
    [{ ip: '10.0.0.1' }, 'op.refused', '10.0.0.1 is the address of the host'],
    [{ ip: '10.0.0.0' }, 'op.refused', '10.0.0.0 is the address of the whole network'],
    [{ ip: '10.0.0.255' }, 'op.refused', '10.0.0.255 is the address of the whole network'],
    [{ ip: 'fd00::7' }, 'op.refused', 'libvirt reserves no IPv6 address for a MAC'],
    [{ ip: 'soon' }, 'op.refused', '"soon" is no address'],
    [{ mac: 'mac' }, 'op.refused', '"mac" is no MAC'],
    [{ mac: '01:00:5e:00:00:01' }, 'op.refused', 'is no MAC'],
    [{ mac: '' }, 'op.refused', 'for a MAC, or for a host by its name'],
    [{ name: 'a,10.0.0.9' }, 'op.refused', '"a,10.0.0.9" is no name of a host'],
  ])('is refused: %j', async (spec, code, message) => {
    const { create, sent } = await setUp();
    await expect(create(spec)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    expect(sent).toEqual([]);
  });

  it('is refused in the words of libvirt when the network can not be looked up', async () => {
    const { create, answer } = await setUp();
    answer(procedures.networkByName, () => {
      throw libvirtNo(38, 'Input/output error');
    });
    await expect(create()).rejects.toMatchObject({ code: 'op.failed', message: 'lan: Input/output error' });
  });

  it('is refused where the network has no addresses of its own', async () => {
    const { create } = await setUp({ networks: { lan: "<forward mode='bridge'/><bridge name='br0'/>" } });
    await expect(create()).rejects.toMatchObject({
      code: 'op.refused',
      message: 'lan: it gives no addresses of its own',
    });
  });
});

describe('a reservation that is deleted', () => {
  it('is taken from both halves, as it stands there', async () => {
    const { plan, remove, sent, list } = await setUp();
    expect(await plan('lan/10.0.0.5')).toEqual({ goes: [`the reservation of 10.0.0.5 for web1, ${ONE}`], stays: [] });
    await remove('lan/10.0.0.5');
    expect(sent).toEqual([`delete live+saved 0 <host mac="${ONE.toUpperCase()}" name="web1" ip="10.0.0.5"/>`]);
    expect(await list()).toEqual([]);
  });

  it('is no lease alone', async () => {
    const { plan, remove, sent } = await setUp({ leases: { lan: [['10.0.0.8', TWO, 'db1']] } });
    const refused = '10.0.0.8 is not reserved: it ends by itself';
    expect(await plan('lan/10.0.0.8')).toMatchObject({ refused });
    await expect(remove('lan/10.0.0.8')).rejects.toMatchObject({ code: 'op.refused', message: refused });
    expect(sent).toEqual([]);
  });

  it.each(['lan/10.0.0.6', 'none/10.0.0.5', 'lan', ''])('%j is not there', async (native) => {
    const { plan, remove } = await setUp();
    await expect(plan(native)).rejects.toMatchObject({ code: 'lease.not-found' });
    await expect(remove(native)).rejects.toMatchObject({ code: 'lease.not-found' });
  });
});
