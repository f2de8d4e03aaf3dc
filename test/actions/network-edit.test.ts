import { describe, expect, it } from 'vitest';
import { networkEditAction } from '../../src/actions/network-edit.ts';
import { endpointName, networkId } from '../../src/ids.ts';
import type { Connection, Network, NetworkSettings, Settings } from '../../src/platforms/contract.ts';

const network = { id: networkId(endpointName('one'), 'lan'), name: 'lan' } as Network;
const { signal } = new AbortController();
const BEFORE: Partial<NetworkSettings> = {
  ...{ dhcp: true, range: '10.0.0.2-10.0.0.9, fd00::2-fd00::9', domain: '', forwarders: ['1.1.1.1', 'fd00::5'] },
  mtu: 1500,
};

/** The action on a network of these settings; `now` is what it has when it is read again. */
async function edit(changes: Settings, now: Partial<NetworkSettings> = BEFORE) {
  let settings = BEFORE;
  let sent: readonly unknown[] = [];
  const connection = {
    network: {
      settings: async () => ({ settings, atRestart: [], users: [] }),
      update: async (_id: unknown, ...given: readonly unknown[]) => {
        sent = given.slice(0, 2);
        return { warnings: [] };
      },
    },
  } as unknown as Connection;
  const args = { ...(await networkEditAction.reads?.(connection, network, signal)), ...changes };
  settings = now;
  const outcome = networkEditAction.outcome?.(args, network);
  if (outcome?.by !== 'read') throw new Error('the outcome is read');
  await networkEditAction.send(connection, network, args, signal, () => {});
  return { sent, lines: networkEditAction.differs?.(args), seen: await outcome.read(connection, signal) };
}

describe('a network that is edited', () => {
  it.each<Settings>([
    { forwarders: '1.1.1.1,FD00:0::5' },
    { range: ' fd00:0::2 - fd00::0009 ,10.0.0.2-10.0.0.9' },
    { mtu: 1500, domain: '' },
  ])('is not changed by another spelling of what it has: %j', async (changes) => {
    expect((await edit(changes)).lines).toEqual([]);
  });

  it('is sent with what the form had for what is changed', async () => {
    const { sent } = await edit({ forwarders: '8.8.8.8', domain: 'new.test' });
    expect(sent).toEqual([
      { domain: 'new.test', forwarders: ['8.8.8.8'] },
      { domain: '', forwarders: BEFORE.forwarders },
    ]);
  });

  it.each<readonly [Settings, Partial<NetworkSettings>]>([
    [{ forwarders: '8.8.8.8 FD00:0::6' }, { forwarders: ['8.8.8.8', 'fd00::6'] }],
    [{ forwarders: '' }, { forwarders: [] }],
    [{ range: 'fd00:0::5 - fd00::0007' }, { range: '10.0.0.2-10.0.0.9, fd00::5-fd00::7' }],
    [{ range: '10.0.0.5-10.0.0.6,fd00::2-fd00::9' }, { range: '10.0.0.5-10.0.0.6, fd00::2-fd00::9' }],
    [{ mtu: '' }, { mtu: null }],
  ])('has %j, as it is written, once that is seen', async (changes, now) => {
    expect((await edit(changes, { ...BEFORE, ...now })).seen).toBe(true);
  });

  it.each<readonly [Settings, Partial<NetworkSettings>, string]>([
    [{ forwarders: '8.8.8.8, fd00::5' }, {}, 'has Forwarders 1.1.1.1, fd00::5'],
    [{ forwarders: '8.8.8.8, fd00::5' }, { forwarders: ['9.9.9.9', 'fd00::5'] }, 'has Forwarders 9.9.9.9, fd00::5'],
    [{ range: '10.0.0.5-10.0.0.6' }, {}, 'has DHCP range 10.0.0.2-10.0.0.9, fd00::2-fd00::9'],
    [{ range: '10.0.0.5-10.0.0.6' }, { range: '10.0.0.7-10.0.0.8' }, 'has DHCP range 10.0.0.7-10.0.0.8'],
    [{ mtu: 1400 }, {}, 'has MTU 1500'],
  ])('has not %j while it has something else', async (changes, now, words) => {
    expect((await edit(changes, { ...BEFORE, ...now })).seen).toBe(words);
  });
});
