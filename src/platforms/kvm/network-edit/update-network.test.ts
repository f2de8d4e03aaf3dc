import { expect, it } from 'vitest';
import { FleetError } from '../../../errors.ts';
import { networkId } from '../../../ids.ts';
import type { NetworkSettings } from '../../contract.ts';
import { createNetworkOps } from '../network/network-ops.ts';
import { NETWORK_XML } from '../rpc/flags.ts';
import { procedures } from '../rpc/protocol.ts';
import { hostWithNames, type NameWords } from '../testkit/host-with-names.ts';
import { libvirtNo } from '../testkit/scripted-client.ts';
import { ENDPOINT, uuidOf } from '../testkit/scripted-host.ts';

const ID = networkId(ENDPOINT, uuidOf(1));
const RANGE = { before: '10.0.0.2-10.0.0.9', after: '10.0.0.20-10.0.0.29' };
const lan = (from = 2, to = 9) =>
  `<forward mode="nat"/><bridge name="virbr0"/><ip address="10.0.0.1" prefix="24"><dhcp><range start="10.0.0.${from}" end="10.0.0.${to}"/></dhcp></ip>`;
const NIC = "<interface type='network'><source network='lan'/></interface>";

/** A network of which the saved half is replaced by its definition, and whose range is changed while it runs. */
async function setUp(words: Partial<NameWords> = {}) {
  const scripted = await hostWithNames({ networks: { lan: lan() }, ...words });
  const { answer, host, xmlOf } = scripted;
  const controller = new AbortController();
  const halves = { saved: `<network>${lan()}</network>` };
  answer(procedures.networkAutostart, () => true);
  answer(procedures.networkXml, ({ flags }) => (flags === NETWORK_XML.inactive ? halves.saved : xmlOf('lan', 'live')));
  answer(procedures.defineNetwork, ({ xml }) => {
    halves.saved = xml;
    return { name: 'lan', uuid: Buffer.alloc(16, 1) };
  });
  const ops = createNetworkOps(host);
  const update = (changes: Partial<NetworkSettings>, restart = false, basedOn: Partial<NetworkSettings> = {}) =>
    ops.update(ID, changes, basedOn, { restart }, controller.signal);
  return { ...scripted, controller, halves, ops, update };
}

/** The test gives up once this was asked for, as a user does. */
const CANCELLED = new FleetError('op.cancelled', 'cancelled');

it('is changed in both halves also when the caller gives up meanwhile, who is told so then', async () => {
  const { answer, controller, halves, update, xmlOf } = await setUp();
  answer(procedures.defineNetwork, ({ xml }) => {
    halves.saved = xml;
    controller.abort(CANCELLED);
    return { name: 'lan', uuid: Buffer.alloc(16, 1) };
  });
  await expect(update({ range: RANGE.after })).rejects.toBe(CANCELLED);
  for (const half of [halves.saved, xmlOf('lan', 'live')]) expect(half).toContain('start="10.0.0.20" end="10.0.0.29"');
});

it('is as it was in both halves when libvirt refuses after the caller has given up', async () => {
  const { answer, controller, halves, update } = await setUp();
  const before = halves.saved;
  let times = 0;
  answer(procedures.updateNetwork, () => {
    controller.abort(CANCELLED);
    times++;
    throw libvirtNo(38, 'no room');
  });
  await expect(update({ range: RANGE.after })).rejects.toMatchObject({ code: 'op.failed', message: 'lan: no room' });
  expect([halves.saved, times]).toEqual([before, 1]);
});

it('is not changed at all when the caller gives up before', async () => {
  const { controller, halves, update } = await setUp();
  const before = halves.saved;
  controller.abort(CANCELLED);
  await expect(update({ range: RANGE.after })).rejects.toBe(CANCELLED);
  expect(halves.saved).toBe(before);
});

it.each<readonly [string, Record<string, string | undefined>]>([
  ['broken', { web1: NIC, broken: 'no XML' }],
  ['kept back by libvirt', { web1: NIC, broken: undefined }],
])('is shown and changed while a VM is %s; a restart alone is refused', async (_what, domains) => {
  const { halves, ops, signal, update } = await setUp({ domains, running: Object.keys(domains) });
  const { settings, users } = await ops.settings(ID, signal);
  expect(settings.range).toBe(RANGE.before);
  if (domains['broken'] !== undefined) expect(users).toEqual(['web1']);
  await update({ range: RANGE.after });
  await update({ domain: 'one.test' });
  expect(halves.saved).toContain('one.test');
  await expect(update({ domain: 'two.test' }, true)).rejects.toThrow(/can't be read|Input\/output error/);
  expect(halves.saved).toContain('one.test');
});

it('is not changed where another has changed it since the form was filled; what others changed beside it counts for nothing', async () => {
  const { halves, update } = await setUp();
  await update({ domain: 'theirs.test' }, false, { domain: '' });
  await expect(update({ domain: 'mine.test' }, false, { domain: '' })).rejects.toMatchObject({
    code: 'op.conflict',
    message: 'lan was changed by another program meanwhile: domain is theirs.test now, not none',
  });
  expect(halves.saved).toContain('theirs.test');
  await update({ forwarders: ['9.9.9.9'] }, false, { forwarders: [] });
  expect(halves.saved).toContain('9.9.9.9');
});
