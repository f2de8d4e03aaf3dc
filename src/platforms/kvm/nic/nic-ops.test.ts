import { describe, expect, it } from 'vitest';
import { VIR_ERR } from '../rpc/errors.ts';
import { procedures } from '../rpc/protocol.ts';
import { type DeviceWords, guestWithDevices, idOfNic, nic, WEB1 } from '../testkit/guest-with-devices.ts';
import { libvirtNo } from '../testkit/scripted-client.ts';

const ONE = '52:54:00:00:00:0a';
const TWO = '52:54:00:00:00:0b';
const HOST = {
  networks: { lan: '<network/>', dmz: '<network/>', away: '<network/>' },
  inactive: ['away'],
  interfaces: { br0: "<interface type='bridge' name='br0'/>", eth0: "<interface type='ethernet' name='eth0'/>" },
  saved: nic(ONE),
  live: nic(ONE),
} satisfies DeviceWords;

async function setUp(words: DeviceWords = {}) {
  const host = await guestWithDevices({ ...HOST, ...words });
  const { nics, signal, sent } = host;
  return {
    ...host,
    order: () => sent.map((line) => line.replace(/ <.*/, '')),
    list: () => nics.list(WEB1, signal),
    create: (spec: { network?: string; model?: string; mac?: string } = {}) =>
      nics.create(WEB1, { network: 'dmz', model: '', mac: '', ...spec }, signal),
    remove: (native = ONE) => nics.delete(idOfNic(native), signal),
    connect: (network: string, native = ONE) => nics.connect(idOfNic(native), network, signal),
  };
}

it('F-263 F-389 lists NICs by their addresses, which stay when another one is removed', async () => {
  const both = `${nic(ONE)}${nic(TWO)}${nic(TWO)}`;
  const { list, remove } = await setUp({ live: both, saved: both });
  const ids = [ONE, TWO, `${TWO}/2`].map(idOfNic);
  expect((await list()).map(({ id, name }) => [id, name])).toEqual(ids.map((id, i) => [id, `eth${i}`]));
  await remove(ONE);
  expect((await list()).map(({ id, name }) => [id, name])).toEqual(ids.slice(1).map((id, i) => [id, `eth${i}`]));
});

describe('a new NIC', () => {
  it('F-276 F-279 F-375 is plugged in at once and saved, with the address that was wanted', async () => {
    const { create, sent, list } = await setUp();
    const { id } = await create({ mac: '52:54:00:AA:BB:01', model: 'e1000' });
    expect(id).toBe(idOfNic('52:54:00:aa:bb:01'));
    expect(sent).toEqual([
      'attach live+saved <interface type="network"><mac address="52:54:00:aa:bb:01"/><source network="dmz"/><model type="e1000"/></interface>',
    ]);
    expect((await list()).at(-1)).toMatchObject({ id, name: 'eth1', net: 'dmz', identity: '52:54:00:aa:bb:01' });
  });

  it('gets an address of its own where none is wanted, and virtio', async () => {
    const { create, sent } = await setUp();
    const [first, second] = [await create(), await create()];
    expect(first.id).not.toBe(second.id);
    expect(sent[0]).toMatch(/<mac address="52:54:00(:[0-9a-f]{2}){3}"\/>.*<model type="virtio"\/>/);
  });

  it('is plugged into a bridge of the host, where no network has the name', async () => {
    const { create, sent } = await setUp();
    await create({ network: 'br0' });
    expect(sent[0]).toContain('<interface type="bridge">');
    expect(sent[0]).toContain('<source bridge="br0"/>');
  });

  it.each<readonly [string, DeviceWords, Parameters<Awaited<ReturnType<typeof setUp>>['create']>[0], string]>([
    ['a network that is not there', {}, { network: 'none' }, 'network.not-found'],
    ['an interface that is no bridge', {}, { network: 'eth0' }, 'network.not-found'],
    ['a network that is not active', {}, { network: 'away' }, 'op.conflict'],
    ['an address that it has', {}, { mac: ONE }, 'op.conflict'],
    ['an address that it has only live', { saved: '' }, { mac: ONE.toUpperCase() }, 'op.conflict'],
    ['an address that another VM has', { others: { web2: nic(TWO) } }, { mac: TWO }, 'op.conflict'],
    ['an address of many', {}, { mac: '01:00:5e:00:00:01' }, 'op.refused'],
    ['no address', {}, { mac: 'mac' }, 'op.refused'],
    ['no model', {}, { model: 'e1000"/>' }, 'op.refused'],
  ])('is refused for %s', async (_what, words, spec, code) => {
    const { create, sent } = await setUp(words);
    await expect(create(spec)).rejects.toMatchObject({ code });
    expect(sent).toEqual([]);
  });

  it('is refused for a suspended VM', async () => {
    const { saved } = HOST;
    const host = await guestWithDevices({ networks: HOST.networks, saved, suspended: true });
    const creating = host.nics.create(WEB1, { network: 'lan', model: '', mac: '' }, host.signal);
    await expect(creating).rejects.toMatchObject({ code: 'op.conflict', fix: 'start it first' });
  });
});

describe('another network', () => {
  it('F-278 F-401 is taken at once and saved; all else of the NIC stays', async () => {
    const filter = "<filterref filter='clean'/>";
    const { connect, sent, order } = await setUp({ live: nic(ONE, 'lan', filter), saved: nic(ONE, 'lan', filter) });
    await connect('dmz');
    expect(order()).toEqual(['update live', 'update saved']);
    for (const line of sent) {
      expect(line).toContain('<source network="dmz"/>');
      expect(line).toContain('<filterref filter="clean"/>');
    }
  });

  it('is a bridge', async () => {
    const { connect, sent } = await setUp();
    await connect('br0');
    expect(sent[0]).toMatch(/<interface type="bridge">.*<source bridge="br0"\/>/);
  });

  it('is not saved when the running guest refuses it, and the fix is to stop it', async () => {
    const { connect, answer, came } = await setUp();
    answer(procedures.updateDevice, () => {
      throw libvirtNo(VIR_ERR.operationUnsupported, 'unable to change config');
    });
    await expect(connect('dmz')).rejects.toMatchObject({ code: 'op.unsupported', fix: 'stop it first' });
    expect(came.filter((name) => name === 'DOMAIN_UPDATE_DEVICE_FLAGS')).toHaveLength(1);
  });

  it('says what is half done when it can not be saved', async () => {
    const { connect, answer } = await setUp();
    answer(procedures.updateDevice, ({ flags }) => {
      if (flags === 2) throw libvirtNo(38, 'No space left on device');
    });
    await expect(connect('dmz')).rejects.toMatchObject({
      message: 'web1: No space left on device (it is changed in the running guest, but not saved)',
    });
  });

  it.each([
    ['none', 'network.not-found'],
    ['away', 'op.conflict'],
  ])('is refused: %s', async (network, code) => {
    const { connect, sent } = await setUp();
    await expect(connect(network)).rejects.toMatchObject({ code });
    await expect(connect('dmz', TWO)).rejects.toMatchObject({ code: 'nic.not-found' });
    expect(sent).toEqual([]);
  });
});

describe('removing a NIC', () => {
  it('F-277 F-376 takes it out of the running guest first, then out of what is saved', async () => {
    const both = `${nic(TWO)}${nic(ONE)}`;
    const { remove, order, sent } = await setUp({ live: both, saved: both });
    await remove();
    expect(order()).toEqual(['detach live', 'detach saved']);
    expect(sent.join()).not.toContain(TWO);
    await expect(remove()).rejects.toMatchObject({ code: 'nic.not-found' });
  });

  it('leaves it saved while the guest does not let go of it', async () => {
    const { remove, order } = await setUp({ stubborn: true });
    await expect(remove()).rejects.toMatchObject({
      code: 'op.timeout',
      message: expect.stringContaining(`asked for the NIC ${ONE}`),
    });
    expect(order()).toEqual(['detach live']);
  });
});
