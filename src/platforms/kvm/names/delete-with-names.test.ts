import { describe, expect, it } from 'vitest';
import { FleetError } from '../../../errors.ts';
import { vmId } from '../../../ids.ts';
import type { DeletePlan } from '../../contract.ts';
import { procedures } from '../rpc/protocol.ts';
import { hostWithNames, type NameWords } from '../testkit/host-with-names.ts';
import { libvirtNo } from '../testkit/scripted-client.ts';
import { ENDPOINT, uuidOf } from '../testkit/scripted-host.ts';
import { deleteWithNames } from './delete-with-names.ts';

const [ONE, TWO] = ['52:54:00:00:00:0a', '52:54:00:00:00:0b'];
const WEB1 = vmId(ENDPOINT, uuidOf(1));
const nic = (mac: string, network = 'lan') =>
  `<interface type='network'><mac address='${mac}'/><source network='${network}'/></interface>`;
const kept = (mac: string, ip: string) => `<host mac='${mac}' ip='${ip}'/>`;
const name = (ip: string, ...names: readonly string[]) =>
  `<host ip='${ip}'>${names.map((each) => `<hostname>${each}</hostname>`).join('')}</host>`;
const network = (reserved: string, dns: string) =>
  `<domain name='lan.test'/><dns>${dns}</dns><ip address='10.0.0.1' prefix='24'><dhcp>${reserved}</dhcp></ip>`;
const PLAN: DeletePlan = { goes: ['/d/web1.qcow2'], stays: ['/iso/debian.iso (read-only)'] };

async function setUp(words: Partial<NameWords> = {}, kcli = '<info/>') {
  const host = await hostWithNames({
    networks: {
      lan: network(
        `${kept(ONE, '10.0.0.5')}${kept(TWO, '10.0.0.6')}`,
        `${name('10.0.0.5', 'www', 'shop')}${name('10.0.0.6', 'web1', 'db1')}${name('10.0.0.7', 'web1', 'web1.lan.test', 'web1.other.test', 'web10')}`,
      ),
      dmz: network(kept(ONE, '10.1.0.5'), name('10.1.0.7', 'web1')),
    },
    domains: { web1: nic(ONE), db1: nic(TWO) },
    ...words,
  });
  const { answer, signal, client } = host;
  answer(procedures.domainByUuid, () => ({ name: 'web1', uuid: Buffer.alloc(16, 1), id: -1 }));
  answer(procedures.domainMetadata, () => kcli);
  const done: string[] = [];
  const inner = {
    planDelete: async () => PLAN,
    delete: async () => {
      done.push(...host.sent);
      host.sent.push('the VM is deleted');
      return { warnings: [] };
    },
  };
  const daemon = { poll: client, control: async () => client, open: async () => client, close: () => undefined };
  const ops = deleteWithNames(inner, { daemon, touched: () => undefined }, host.host);
  const plan = () => ops.planDelete(WEB1, signal);
  const remove = (keepDisks = false) => ops.delete(WEB1, { keepDisks, snapshots: false }, signal);
  return { ...host, plan, remove, done };
}

const OWN = [
  'the reservation of 10.0.0.5 in lan',
  'the DNS entry www A 10.0.0.5 in lan',
  'the DNS entry shop A 10.0.0.5 in lan',
  'the DNS entry web1 A 10.0.0.7 in lan',
  'the DNS entry web1.lan.test A 10.0.0.7 in lan',
];

describe('deleting a VM', () => {
  it('F-241 says beforehand which addresses and names go with it, of its networks alone', async () => {
    const { plan, sent } = await setUp();
    expect(await plan()).toEqual({ ...PLAN, goes: [...PLAN.goes, ...OWN] });
    expect(sent).toEqual([]);
  });

  it('takes them along once it is gone, and leaves those of others', async () => {
    const { remove, sent, done, xmlOf } = await setUp();
    expect(await remove()).toEqual({ warnings: [] });
    expect([done, sent[0]]).toEqual([[], 'the VM is deleted']);
    const lan = xmlOf('lan', 'saved');
    expect(lan).not.toMatch(/10\.0\.0\.5|www|shop|>web1\.lan/);
    expect(lan).toContain(`<host mac="${TWO}" ip="10.0.0.6"/>`);
    expect(lan).toContain('<host ip="10.0.0.6"><hostname>web1</hostname><hostname>db1</hostname></host>');
    expect(lan).toContain('<host ip="10.0.0.7"><hostname>web1.other.test</hostname><hostname>web10</hostname></host>');
    expect(xmlOf('lan', 'live')).toBe(lan);
    expect(xmlOf('dmz', 'saved')).toContain('10.1.0.5');
  });

  it('takes the name along that kcli made in the domain of the VM', async () => {
    const { plan } = await setUp({}, '<info xmlns="kvirt"><domain>other.test</domain></info>');
    expect((await plan()).goes.at(-1)).toBe('the DNS entry web1.other.test A 10.0.0.7 in lan');
  });

  it('leaves a name for an address that another NIC has just now', async () => {
    const { plan } = await setUp({ leases: { lan: [['10.0.0.7', TWO]] } });
    expect((await plan()).goes).toEqual([...PLAN.goes, ...OWN.slice(0, 3)]);
  });

  it('takes no lease for a reservation, nor the names of others for an address that it only has for now', async () => {
    const { plan } = await setUp({
      networks: { lan: network('', name('10.0.0.8', 'web1', 'shared')), dmz: '' },
      leases: { lan: [['10.0.0.8', ONE, 'web1']] },
    });
    expect((await plan()).goes).toEqual([...PLAN.goes, 'the DNS entry web1 A 10.0.0.8 in lan']);
  });

  it.each<readonly [Partial<NameWords>, string]>([
    [{ domains: { web1: nic(ONE), web2: nic(ONE.toUpperCase(), 'dmz') } }, 'web2 has the same MAC'],
    [{ domains: { web1: nic(ONE), web2: 'no XML' } }, "the definition of web2 can't be read"],
  ])('leaves what may be another one’s: %j', async (words, why) => {
    const { plan, remove, sent } = await setUp(words);
    const { goes, stays } = await plan();
    expect(goes).toEqual(PLAN.goes);
    expect(stays[1]).toContain(`the reservation of 10.0.0.5 in lan (${why}`);
    expect((await remove()).warnings[0]?.detail).toContain('stays: the reservation of 10.0.0.5 in lan');
    expect(sent).toEqual(['the VM is deleted']);
  });

  it('leaves all of it where its disks stay, and says so', async () => {
    const { remove, sent } = await setUp();
    expect(await remove(true)).toEqual({
      warnings: OWN.map((words) => ({ feature: 'networks', detail: `stays: ${words}` })),
    });
    expect(sent).toEqual(['the VM is deleted']);
  });

  it('names what could not be removed, with the command, and goes on', async () => {
    const { remove, answer } = await setUp();
    answer(procedures.updateNetwork, () => {
      throw libvirtNo(38, 'No space left on device');
    });
    const { kept: left = [] } = await remove();
    expect(left.map(({ path }) => path)).toEqual(OWN.toReversed());
    expect(left.at(-1)?.why).toBe(
      `it could not be removed: web1: No space left on device (virsh net-update lan delete ip-dhcp-host '<host mac="${ONE}" ip="10.0.0.5"/>' --parent-index 0 --live --config)`,
    );
  });

  it('removes nothing that has become another one’s meanwhile', async () => {
    const { remove, answer, sent, xmlOf } = await setUp();
    let reads = 0;
    answer(procedures.networkXml, ({ network: { name: of }, flags }) => {
      const xml = xmlOf(of, flags === 1 ? 'saved' : 'live');
      return ++reads > 2 ? xml.replace(ONE, TWO) : xml;
    });
    expect(await remove()).toEqual({ warnings: [] });
    expect(sent.filter((line) => /10\.0\.0\.5/.test(line))).toEqual([]);
    expect(sent).not.toEqual(['the VM is deleted']);
  });

  it('is no failure when the link is lost behind it: what is left is named', async () => {
    const { remove, host } = await setUp();
    host.daemon.control = () => Promise.reject(new FleetError('host.unreachable', 'the link is down'));
    const { kept: left = [] } = await remove();
    expect(left.map(({ path }) => path)).toEqual(OWN);
    expect(left[0]?.why).toMatch(/^it could not be removed: the link is down \(virsh net-update lan delete/);
  });

  it('is not held up by a network that can not be read, and says so', async () => {
    const { plan, remove, answer, sent } = await setUp();
    answer(procedures.networkLeases, () => {
      throw libvirtNo(1, 'invalid json in file');
    });
    const stays = 'what the network lan keeps for it (invalid json in file)';
    expect(await plan()).toEqual({ ...PLAN, stays: [...PLAN.stays, stays] });
    expect(await remove()).toEqual({ warnings: [{ feature: 'networks', detail: `stays: ${stays}` }] });
    expect(sent).toEqual(['the VM is deleted']);
  });

  it('reads no network for a VM that is in none', async () => {
    const { plan, came } = await setUp({
      domains: { web1: "<interface type='bridge'><source bridge='br0'/></interface>" },
    });
    expect(await plan()).toEqual(PLAN);
    expect(came).not.toContain('NETWORK_LOOKUP_BY_NAME');
  });
});
