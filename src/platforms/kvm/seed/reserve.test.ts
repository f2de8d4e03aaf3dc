import { describe, expect, it } from 'vitest';
import type { Settings } from '../../contract.ts';
import { readGuest } from '../../lib/seed/guest-spec.ts';
import type { HostCall } from '../host/host-call.ts';
import { hostWithNames, type NameWords } from '../testkit/host-with-names.ts';
import { ENDPOINT } from '../testkit/scripted-host.ts';
import { changesNow, keep, keptMade, planKept } from './reserve.ts';

const [ONE, TWO] = ['52:54:00:00:00:0a', '52:54:00:00:00:0b'];
const lan = (dhcp = '', dns = '') =>
  `<dns>${dns}</dns><ip address='10.0.0.1' prefix='24'><dhcp><range start='10.0.0.2' end='10.0.0.9'/>${dhcp}</dhcp></ip><ip family='ipv6' address='fd00::1' prefix='64'/>`;
const BOTH = { ips: '10.0.0.5', 'reserve-ip': true, 'reserve-dns': true, domain: 'lan.test' };

async function setUp(words: Partial<NameWords> = {}) {
  const host = await hostWithNames({ networks: { lan: lan() }, ...words });
  const { client, signal } = host;
  const call: HostCall = { client, signal, change: (_verb, work) => work() };
  const plan = (spec: Settings) =>
    planKept(call, 'web1', readGuest(spec, 'x').network, { type: 'network', network: 'lan', mac: ONE });
  return { ...host, call, plan };
}

describe('what a network keeps for a new VM', () => {
  it('F-306 F-400 is its address, and its name, alone and in its domain, in both halves', async () => {
    const { call, plan, sent, xmlOf } = await setUp();
    for (const one of (await plan(BOTH)).keeping) await keep(call, one, await changesNow(call, one));
    expect(sent).toEqual([
      `add live+saved 0 <host mac="${ONE}" ip="10.0.0.5"/>`,
      'add live+saved -1 <host ip="10.0.0.5"><hostname>web1</hostname><hostname>web1.lan.test</hostname></host>',
    ]);
    expect(xmlOf('lan', 'live')).toBe(xmlOf('lan', 'saved'));
  });

  it('is taken back again, and leaves other names of the address', async () => {
    const other = "<host ip='10.0.0.5'><hostname>www</hostname></host>";
    const { call, plan, xmlOf } = await setUp({ networks: { lan: lan('', other) } });
    const before = xmlOf('lan', 'saved');
    const made = [];
    for (const one of (await plan(BOTH)).keeping) {
      const changes = await changesNow(call, one);
      await keep(call, one, changes);
      made.push(keptMade(call, one, changes));
    }
    expect(xmlOf('lan', 'saved')).toContain(
      '<hostname>www</hostname><hostname>web1</hostname><hostname>web1.lan.test</hostname>',
    );
    expect(made.map(({ what }) => what)).toEqual([
      'the reservation of 10.0.0.5 in lan',
      'the DNS entry of 10.0.0.5 in lan',
    ]);
    expect(made[0]?.command).toBe(
      `virsh net-update lan delete ip-dhcp-host '<host mac="${ONE}" ip="10.0.0.5"/>' --parent-index 0 --live --config`,
    );
    for (const one of made.toReversed()) await one.undo();
    expect(xmlOf('lan', 'saved')).toBe(before);
    expect(xmlOf('lan', 'live')).toBe(before);
  });

  it('is sent to its end, and taken back, once the caller has given up', async () => {
    const { call, plan, sent, xmlOf } = await setUp();
    const before = xmlOf('lan', 'saved');
    const [one] = (await plan({ ips: '10.0.0.5', 'reserve-ip': true })).keeping;
    const given = { ...call, signal: AbortSignal.abort() };
    if (!one) throw new Error('nothing to keep');
    const changes = await changesNow(call, one);
    await keep(given, one, changes);
    expect(sent).toEqual([`add live+saved 0 <host mac="${ONE}" ip="10.0.0.5"/>`]);
    await keptMade(given, one, changes).undo();
    expect(xmlOf('lan', 'saved')).toBe(before);
  });

  it('leaves names of its address that others have written meanwhile, and is refused where they took the address', async () => {
    const { call, dns, leases, plan, signal, sent, xmlOf } = await setUp();
    const { keeping } = await plan(BOTH);
    await dns.create(ENDPOINT, { zone: 'lan', name: 'www', type: 'A', data: '10.0.0.5' }, signal);
    const [reservation, entry] = keeping;
    if (!reservation || !entry) throw new Error('nothing is kept');
    await keep(call, entry, await changesNow(call, entry));
    for (const half of ['live', 'saved'] as const)
      expect(xmlOf('lan', half)).toContain(
        '<hostname>www</hostname><hostname>web1</hostname><hostname>web1.lan.test</hostname>',
      );
    await leases.create(ENDPOINT, { network: 'lan', mac: TWO, ip: '10.0.0.5', name: '' }, signal);
    const before = sent.length;
    await expect(changesNow(call, reservation)).rejects.toMatchObject({ code: 'op.conflict' });
    expect(sent).toHaveLength(before);
  });

  it('is a name of IPv6 too, and nothing where nothing is asked for', async () => {
    const { call, plan, sent } = await setUp();
    for (const one of (await plan({ ips: 'fd00::5/64', 'reserve-dns': true })).keeping)
      await keep(call, one, await changesNow(call, one));
    expect(sent).toEqual(['add live+saved -1 <host ip="fd00::5"><hostname>web1</hostname></host>']);
    expect(await plan({ ips: '10.0.0.5/24' })).toEqual({ keeping: [], warnings: [] });
  });

  it('is reserved with a warning while another NIC has the address', async () => {
    const { plan } = await setUp({ leases: { lan: [['10.0.0.5', TWO, 'db1']] } });
    expect((await plan(BOTH)).warnings).toEqual([
      { feature: 'lease.create', detail: '10.0.0.5 is given to db1 now, and free when that ends' },
    ]);
  });

  const REFUSED: readonly (readonly [Settings, string, Partial<NameWords>?])[] = [
    [{ ...BOTH, ips: '10.1.0.5' }, 'lan: 10.1.0.5 is not in 10.0.0.0/24 or fd00::/64'],
    [{ ...BOTH, ips: 'fd00::5' }, 'lan: libvirt reserves no IPv6 address for a MAC'],
    [
      BOTH,
      `lan: 10.0.0.5 is reserved for ${TWO} already`,
      { networks: { lan: lan(`<host mac='${TWO}' ip='10.0.0.5'/>`) } },
    ],
    [
      BOTH,
      'lan has web1.lan.test A 10.0.0.5 already',
      { networks: { lan: lan('', "<host ip='10.0.0.5'><hostname>web1.lan.test</hostname></host>") } },
    ],
    [BOTH, 'the host has no network "lan"', { networks: {} }],
  ];
  it.each(REFUSED.map(([spec, said, words = {}]) => ({ spec, said, words })))(
    'is refused before anything is made: $said',
    async ({ spec, said, words }) => {
      const { plan, sent } = await setUp(words);
      await expect(plan(spec)).rejects.toThrow(said);
      expect(sent).toEqual([]);
    },
  );
});
