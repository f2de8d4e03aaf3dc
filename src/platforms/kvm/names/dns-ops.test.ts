import { describe, expect, it, vi } from 'vitest';
import { FleetError } from '../../../errors.ts';
import { dnsId } from '../../../ids.ts';
import type { DnsSpec } from '../../contract.ts';
import { VIR_ERR } from '../rpc/errors.ts';
import { UPDATE } from '../rpc/flags.ts';
import { procedures } from '../rpc/protocol.ts';
import { hostWithNames, type NameWords } from '../testkit/host-with-names.ts';
import { libvirtNo } from '../testkit/scripted-client.ts';
import { ENDPOINT } from '../testkit/scripted-host.ts';

const IP = "<ip address='10.0.0.1' prefix='24'/>";
const host = (ip: string, ...names: readonly string[]) =>
  `<host ip='${ip}'>${names.map((name) => `<hostname>${name}</hostname>`).join('')}</host>`;
const zone = (...entries: readonly string[]) => `<domain name='lan.test'/><dns>${entries.join('')}</dns>${IP}`;
const LAN = zone(
  "<txt name='note' value=\"it's here\"/>",
  "<srv service='ldap' protocol='tcp' domain='x.test' target='web1' port='389' priority='1' weight='2'/>",
  "<srv service='sip' protocol='udp' target='web1'/>",
  "<srv service='no' protocol='tcp'/>",
  host('10.0.0.5', 'web1', 'web1.lan.test', 'www'),
  host('10.0.0.6', 'www'),
  host('fd00::5', 'web1'),
);

async function setUp(words: Partial<NameWords> = {}) {
  const all = await hostWithNames({ networks: { lan: LAN }, ...words });
  const { dns, signal } = all;
  return {
    ...all,
    list: async () => (await dns.list(ENDPOINT, signal)).map(({ name, type, data }) => `${name} ${type} ${data}`),
    rows: () => dns.list(ENDPOINT, signal),
    create: (spec: Partial<DnsSpec> = {}) =>
      dns.create(ENDPOINT, { zone: 'lan', name: 'db1', type: 'A', data: '10.0.0.9', ...spec }, signal),
    plan: (native: string) => dns.planDelete(dnsId(ENDPOINT, native), signal),
    remove: (native: string) => dns.delete(dnsId(ENDPOINT, native), signal),
  };
}

describe('the list', () => {
  it('F-307 has a row for each name of an address, and for texts and services as a name server tells them', async () => {
    const { list, rows } = await setUp();
    expect(await list()).toEqual([
      'web1 A 10.0.0.5',
      'web1.lan.test A 10.0.0.5',
      'www A 10.0.0.5',
      'www A 10.0.0.6',
      'web1 AAAA fd00::5',
      "note TXT it's here",
      '_ldap._tcp.x.test SRV 1 2 389 web1',
      '_sip._udp.lan.test SRV 0 0 1 web1',
      '_no._tcp.lan.test SRV 0 0 0 .',
    ]);
    expect((await rows())[0]).toEqual({
      ...{ id: 'a/lan/A/web1/10.0.0.5', name: 'web1', zone: 'lan', type: 'A', ttl: undefined, data: '10.0.0.5' },
    });
  });

  it('has what runs and what is saved, once', async () => {
    const { list } = await setUp({
      networks: { lan: zone(host('10.0.0.5', 'web1', 'late')) },
      live: { lan: zone(host('10.0.0.5', 'web1', 'now')) },
    });
    expect(await list()).toEqual(['web1 A 10.0.0.5', 'now A 10.0.0.5', 'late A 10.0.0.5']);
  });

  it('says of a network that it can not be read', async () => {
    const { rows, answer } = await setUp();
    answer(procedures.networkXml, () => '<html/>');
    expect(await rows()).toMatchObject([
      { id: 'a/lan/', unread: true, trouble: { message: '<html> is not a network' } },
    ]);
  });
});

describe('an entry that is made', () => {
  it.each<readonly [Partial<DnsSpec>, string, readonly string[]]>([
    [{}, 'A/db1/10.0.0.9', ['add live+saved -1 <host ip="10.0.0.9"><hostname>db1</hostname></host>']],
    [
      { type: 'aaaa', data: 'FD00:0::9' },
      'AAAA/db1/fd00::9',
      ['add live+saved -1 <host ip="fd00::9"><hostname>db1</hostname></host>'],
    ],
    [
      { type: 'TXT', name: '_acme.db1', data: 'a;b <c>' },
      'TXT/_acme.db1/a;b <c>',
      ['add live+saved -1 <txt name="_acme.db1" value="a;b &lt;c&gt;"/>'],
    ],
    [
      { data: '10.0.0.6' },
      'A/db1/10.0.0.6',
      [
        'delete live+saved -1 <host ip="10.0.0.6"/>',
        'add live+saved -1 <host ip="10.0.0.6"><hostname>www</hostname><hostname>db1</hostname></host>',
      ],
    ],
  ])('F-400 %j is answered at once, and stays', async (spec, native, updates) => {
    const { create, sent, list } = await setUp();
    const before = await list();
    expect(await create(spec)).toEqual({ warnings: [], id: `a/lan/${native}` });
    expect(sent).toEqual(updates);
    expect((await list()).toSorted()).toEqual(
      [...before, native.replaceAll('/', ' ').replace(/^(\w+) (\S+)/, '$2 $1')].toSorted(),
    );
  });

  it.each<readonly [Partial<DnsSpec>, readonly string[], readonly string[]]>([
    [
      { name: 'www', data: '10.0.0.9' },
      [
        'delete live+saved -1 <host ip="10.0.0.5"/>',
        'add live+saved -1 <host ip="10.0.0.5"><hostname>web1</hostname><hostname>web1.lan.test</hostname></host>',
        'delete live+saved -1 <host ip="10.0.0.6"/>',
        'add live+saved -1 <host ip="10.0.0.9"><hostname>www</hostname></host>',
      ],
      ['www A 10.0.0.9'],
    ],
    [{ name: 'www', data: '10.0.0.5' }, ['delete live+saved -1 <host ip="10.0.0.6"/>'], ['www A 10.0.0.5']],
    [
      { name: 'note', type: 'TXT', data: 'new' },
      [
        'delete live+saved -1 <txt name="note" value="it\'s here"/>',
        'add live+saved -1 <txt name="note" value="new"/>',
      ],
      ['note TXT new'],
    ],
    [{ name: 'web1', data: '10.0.0.5' }, [], ['web1 A 10.0.0.5']],
  ])(
    'F-306 F-400 takes the place of those of its name and type, where that is meant: %j',
    async (spec, updates, now) => {
      const { create, sent, list } = await setUp();
      const { name = '', type = 'A' } = spec;
      const others = (await list()).filter((line) => !line.startsWith(`${name} ${type} `));
      await create({ ...spec, overwrite: true });
      expect(sent).toEqual(updates);
      expect((await list()).toSorted()).toEqual([...others, ...now].toSorted());
    },
  );

  it.each<readonly [Partial<DnsSpec>, string, string]>([
    [{ zone: 'none' }, 'network.not-found', 'the host has no network "none"'],
    [{ name: 'web1', data: '10.0.0.5' }, 'op.conflict', 'lan has web1 A 10.0.0.5 already'],
    [{ name: 'note', type: 'TXT', data: 'x' }, 'op.conflict', "lan has note TXT it's here already"],
    [{ type: 'CNAME', data: 'web1' }, 'op.refused', 'drover makes no record of the type "CNAME" here'],
    [{ data: 'fd00::9' }, 'op.refused', 'are no address of IPv4, as A has it'],
    [{ type: 'AAAA' }, 'op.refused', 'are no address of IPv6, as AAAA has it'],
    [{ data: 'soon' }, 'op.refused', '"soon" are no address'],
    [{ name: 'a b' }, 'op.refused', 'the name "a b" is none of a host'],
    [{ name: 'a..b' }, 'op.refused', 'is none of a host'],
    [{ name: `${'a'.repeat(64)}.b` }, 'op.refused', 'is none of a host'],
    [{ name: 'a,b', type: 'TXT', data: 'x' }, 'op.refused', 'is none of a record'],
    [{ type: 'TXT', data: '' }, 'op.refused', '1 to 255 bytes'],
    [{ type: 'TXT', data: 'ü'.repeat(128) }, 'op.refused', '1 to 255 bytes'],
    ...['a, b', 'a "b"', 'a # b', '# b', ' a', 'a ', 'a\nserver=/#/6.6.6.6'].map(
      (data) => [{ type: 'TXT', data }, 'op.refused', 'would be answered differently'] as const,
    ),
  ])('is refused: %j', async (spec, code, message) => {
    const { create, sent } = await setUp();
    await expect(create(spec)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    expect(sent).toEqual([]);
  });

  it.each([`<dns enable='no'/>${IP}`, "<forward mode='bridge'/><bridge name='br0'/>"])(
    'is refused where no name server is: %s',
    async (inside) => {
      const { create } = await setUp({ networks: { lan: inside } });
      await expect(create()).rejects.toMatchObject({
        code: 'op.refused',
        message: 'lan answers no questions for names',
      });
    },
  );
});

describe('a name that is deleted', () => {
  it('goes alone: others of its address stay, and the same name at other addresses', async () => {
    const { remove, plan, sent, list } = await setUp();
    expect(await plan('lan/A/www/10.0.0.5')).toEqual({ goes: ['www A 10.0.0.5'], stays: [] });
    await remove('lan/A/www/10.0.0.5');
    expect(sent).toEqual([
      'delete live+saved -1 <host ip="10.0.0.5"/>',
      'add live+saved -1 <host ip="10.0.0.5"><hostname>web1</hostname><hostname>web1.lan.test</hostname></host>',
    ]);
    await remove('lan/A/www/10.0.0.6');
    expect(sent.slice(2)).toEqual(['delete live+saved -1 <host ip="10.0.0.6"/>']);
    expect((await list()).filter((line) => / A/.test(line)).toSorted()).toEqual([
      'web1 A 10.0.0.5',
      'web1 AAAA fd00::5',
      'web1.lan.test A 10.0.0.5',
    ]);
  });

  it('goes as a text or a service, as libvirt finds them', async () => {
    const { remove, list } = await setUp();
    await remove("lan/TXT/note/it's here");
    await remove('lan/SRV/_ldap._tcp.x.test/1 2 389 web1');
    expect((await list()).filter((line) => /TXT|SRV/.test(line))).toHaveLength(2);
  });

  it('goes from each half as that has it', async () => {
    const { remove, sent } = await setUp({
      networks: { lan: zone(host('10.0.0.5', 'web1', 'late')) },
      live: { lan: zone(host('10.0.0.5', 'web1')) },
    });
    await remove('lan/A/web1/10.0.0.5');
    expect(sent).toEqual([
      'delete saved -1 <host ip="10.0.0.5"/>',
      'add saved -1 <host ip="10.0.0.5"><hostname>late</hostname></host>',
      'delete live -1 <host ip="10.0.0.5"/>',
    ]);
  });

  it.each(['lan/A/web2/10.0.0.5', 'none/A/web1/10.0.0.5', ''])('%j is not there', async (native) => {
    const { plan, remove } = await setUp();
    await expect(plan(native)).rejects.toMatchObject({ code: 'dns.not-found' });
    await expect(remove(native)).rejects.toMatchObject({ code: 'dns.not-found' });
  });
});

describe('a change of several steps', () => {
  /** Refuses or loses what is added, from the `at`th on. */
  async function failing(error: Error, at = 1) {
    const all = await setUp();
    const commands: string[] = [];
    let added = 0;
    all.answer(procedures.updateNetwork, ({ command, xml }) => {
      commands.push(`${command === UPDATE.delete ? 'delete' : 'add'} ${xml}`);
      if (command === UPDATE.addLast && ++added >= at) throw error;
    });
    return { ...all, commands };
  }
  const BOTH = '<host ip="10.0.0.6"><hostname>www</hostname><hostname>db1</hostname></host>';
  const OLD = '<host ip="10.0.0.6"><hostname>www</hostname></host>';

  it('is taken back when libvirt refuses the second', async () => {
    const { create, answer, commands } = await failing(libvirtNo(1, 'full'));
    let added = 0;
    answer(procedures.updateNetwork, ({ command, xml }) => {
      commands.push(`${command === UPDATE.delete ? 'delete' : 'add'} ${xml}`);
      if (command === UPDATE.addLast && ++added === 1) throw libvirtNo(VIR_ERR.operationInvalid, 'no such name');
    });
    await expect(create({ data: '10.0.0.6' })).rejects.toMatchObject({
      code: 'op.conflict',
      message: 'lan: no such name',
    });
    expect(commands).toEqual(['delete <host ip="10.0.0.6"/>', `add ${BOTH}`, `add ${OLD}`]);
  });

  it('says what is lost, with the command that writes it again, when that fails too', async () => {
    const { create } = await failing(libvirtNo(38, 'No space left on device'));
    await expect(create({ data: '10.0.0.6' })).rejects.toMatchObject({
      code: 'op.failed',
      message: 'lan: No space left on device; what was done before could not be taken back: No space left on device',
      fix: `virsh net-update lan add-last dns-host '${OLD}' --live --config`,
    });
  });

  it('is not known when no answer comes, and the steps are named', async () => {
    const { create, commands } = await failing(new FleetError('host.unreachable', 'the link is down'));
    await expect(create({ data: '10.0.0.6' })).rejects.toMatchObject({
      code: 'outcome.unknown',
      fix: `look at virsh net-dumpxml lan; the steps were: virsh net-update lan delete dns-host '<host ip="10.0.0.6"/>' --live --config; virsh net-update lan add-last dns-host '${BOTH}' --live --config`,
    });
    expect(commands).toHaveLength(2);
  });

  it('is done to its end when the user gives up in between', async () => {
    const { create, client } = await setUp();
    const call = vi.spyOn(client, 'call');
    await create({ data: '10.0.0.6' });
    const updates = call.mock.calls.filter(([{ name }]) => name === procedures.updateNetwork.name);
    expect(updates.map(([, , options]) => options?.signal !== undefined)).toEqual([true, false]);
  });
});
