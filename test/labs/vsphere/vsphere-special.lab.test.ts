import { X509Certificate } from 'node:crypto';
import { connect as connectTls } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '../../../src/platforms/contract.ts';
import { mib } from '../../../src/units.ts';
import { refusal } from '../../contract/refusal.ts';
import { connectTo, openSmallVcenter, patient, type SmallVcenter, shut, watch } from './vcenter.ts';

let vcenter: SmallVcenter;

beforeAll(async () => {
  vcenter = await openSmallVcenter();
});
afterAll(() => vcenter.close());
const open: Connection[] = [];
afterEach(async () => {
  for (const connection of open.splice(0)) await connection.close();
});

const withConnection = async (use: (vm: Awaited<ReturnType<typeof connectTo>>['vm']) => Promise<void>) => {
  const connection = await connectTo(vcenter.endpoint);
  try {
    await use(connection.vm);
  } finally {
    await connection.close();
  }
};

describe('trust', () => {
  const endpoint = (values: Record<string, string>) => {
    const { ca: _ca, ...rest } = vcenter.endpoint.values;
    return { ...vcenter.endpoint, values: { ...rest, ...values } };
  };
  const fingerprint = () =>
    new Promise<string>((resolve, reject) => {
      const socket = connectTls({ host: '127.0.0.1', port: vcenter.vcsim.port, rejectUnauthorized: false }, () => {
        resolve(new X509Certificate(socket.getPeerCertificate().raw).fingerprint256);
        socket.destroy();
      });
      socket.once('error', reject);
    });

  it('refuses a server of an unknown authority, and says which field helps', async () => {
    const error = await refusal(connectTo(endpoint({})));
    expect(error).toMatchObject({ code: 'trust.tls', fix: expect.stringMatching(/`ca`/) });
  });

  it('takes the one certificate whose fingerprint was given, and no other', async () => {
    const right = await fingerprint();
    await (await connectTo(endpoint({ fingerprint: right }))).close();
    const wrong = right.replace(/^../, right.startsWith('00') ? '01' : '00');
    expect((await refusal(connectTo(endpoint({ fingerprint: wrong })))).code).toBe('trust.tls');
  });
});

describe('a session that an administrator ends', () => {
  it('is made anew, and the list is told anew, while the watch goes on', async () => {
    const watched = await watch(vcenter.endpoint);
    await watched.until('a first round', () => watched.blocks()[0]);
    await vcenter.room.endOtherSessions();
    await watched.until('the list again', () =>
      watched.feeds.filter(({ kind }) => kind === 'inventory').length === 2 ? true : undefined,
    );
    expect(watched.feeds.filter(({ kind }) => kind === 'complete')).toHaveLength(1);
    expect(watched.wire.filter(({ text }) => text.includes('Login'))).toHaveLength(2);
    await shut(watched);
  });
});

describe('VMs that are special', () => {
  it('says why a template is not started, and sends nothing', () =>
    withConnection(async (vm) => {
      const error = await refusal(vm.start(vcenter.idOf('golden-debian12'), patient()));
      expect(error).toMatchObject({
        code: 'op.refused',
        message: 'golden-debian12: it is a template: make a VM of it first',
      });
    }));

  it('lets a suspended VM go on when it is started, and shows it as suspended before', async () => {
    const watched = await watch(vcenter.endpoint);
    const id = vcenter.idOf('asleep');
    expect(watched.vms.get(id)?.state).toBe('suspended');
    const error = await refusal(watched.connection.vm.stop(id, 'graceful', patient()));
    expect(error).toMatchObject({ code: 'op.conflict', message: expect.stringContaining('suspended') });
    await watched.connection.vm.start(id, patient());
    await watched.untilState(id, 'running');
    await shut(watched);
  });

  it('tells the snapshots of a VM, and deletes it only with them', () =>
    withConnection(async (vm) => {
      const id = vcenter.idOf('layered');
      expect((await vm.info(id, patient())).snapshots).toEqual([
        expect.objectContaining({ name: 'installed', current: false }),
        expect.objectContaining({ name: 'before upgrade', current: true }),
      ]);
      const error = await refusal(
        vm.delete?.(id, { keepDisks: false, snapshots: false }, patient()) ?? Promise.reject(),
      );
      expect(error).toMatchObject({ code: 'op.conflict', message: expect.stringContaining('before upgrade') });
      await vm.delete?.(id, { keepDisks: false, snapshots: true }, patient());
      expect((await refusal(vm.info(id, patient()))).code).toBe('vm.not-found');
    }));

  it('gives the words of a snapshot back as they were, and leaves what was made on top of it', async () => {
    const { snapshot } = await connectTo(vcenter.endpoint).then((connection) => {
      open.push(connection);
      return connection;
    });
    const [id, hostile] = [vcenter.idOf('web-0001'), { name: 'a/b%2f <x>&"\'', description: ']]> &amp; ü\nline' }];
    const read = async () => (await snapshot?.list?.(id, patient())) ?? [];
    await snapshot?.create?.(id, { name: 'below', description: '', memory: false }, patient());
    await snapshot?.create?.(id, { ...hostile, memory: false }, patient());
    const [below, above] = await read();
    expect(above).toMatchObject({ ...hostile, parent: below?.id, current: true, memory: false });
    const again = snapshot?.create?.(id, { ...hostile, memory: false }, patient());
    expect((await refusal(again ?? Promise.reject())).code).toBe('op.conflict');
    if (!below || !above) throw new Error('they are not there');
    await snapshot?.delete?.(below.id, { children: false }, patient());
    expect(await read()).toEqual([{ ...above, parent: undefined }]);
    expect((await refusal(snapshot?.revert?.(below.id, patient()) ?? Promise.reject())).code).toBe(
      'snapshot.not-found',
    );
    await snapshot?.delete?.(above.id, { children: true }, patient());
    expect(await read()).toEqual([]);
  });

  it('names the network of a card by its port group', () =>
    withConnection(async (vm) => {
      const { nics } = await vm.info(vcenter.idOf('app-0000'), patient());
      expect(nics).toEqual([expect.objectContaining({ device: 'ethernet-0', net: 'DC0_DVPG0', type: 'e1000' })]);
    }));
});

it('shows a host in maintenance', async () => {
  const vm = vcenter.room.find('ci-0003');
  await vcenter.room.maintain(vm, true);
  const watched = await watch(vcenter.endpoint);
  await vcenter.room.maintain(vm, false);
  const [first] = watched.feeds;
  const { node } = watched.vms.get(vcenter.idOf('ci-0003')) ?? {};
  const nodes = first?.kind === 'inventory' ? first.inventory.nodes : [];
  expect(nodes.filter(({ state }) => state === 'maintenance').map(({ id }) => id)).toEqual([node]);
  await shut(watched);
});

describe('tasks', () => {
  it.each(['nobody watches', 'somebody watches'])('F-481 fail for whoever has asked, also when %s', async (who) => {
    const watched = who === 'somebody watches' ? await watch(vcenter.endpoint) : undefined;
    const connection = watched?.connection ?? (await connectTo(vcenter.endpoint));
    const vm = vcenter.room.find('ci-0003');
    await vcenter.room.maintain(vm, true);
    try {
      const error = await refusal(connection.vm.start(vcenter.idOf('ci-0003'), patient()));
      expect(error).toMatchObject({ code: 'op.conflict', message: expect.stringMatching(/^ci-0003: /) });
    } finally {
      await vcenter.room.maintain(vm, false);
      if (watched) await shut(watched);
      else await connection.close();
    }
  });

  it('tells those who watch what others have done, and what failed', async () => {
    const watched = await watch(vcenter.endpoint);
    await watched.until('a first round', () => watched.blocks()[0]);
    const vm = vcenter.room.find('web-0001');
    await vcenter.room.power(vm, 'poweredOff');
    await vcenter.room.tryPowerOff(vm);
    const id = vcenter.idOf('web-0001');
    const texts = () => watched.events.filter(({ subject }) => subject === id).map(({ text }) => text);
    await watched.until('both events', () => (texts().length >= 2 ? true : undefined));
    expect(texts()).toEqual(['Powered off', expect.stringMatching(/^Powering off failed: /)]);
    await shut(watched);
  });
});

describe('settings', () => {
  it('refuses what a running VM cannot take, and says what to do', () =>
    withConnection(async (vm) => {
      // Odd ones have no hot add.
      const id = vcenter.idOf('web-0001');
      await vcenter.room.power(vcenter.room.find('web-0001'), 'poweredOn');
      const now = (await vm.settings?.(id, 'running', patient())) ?? {};
      const set = (changes: Record<string, number>) =>
        vm.configure?.(id, 'running', changes, {}, patient()) ?? Promise.reject(new Error('no configure'));
      const more = Number(now['memory']) + mib(1024);
      expect(await refusal(set({ memory: more }))).toMatchObject({
        code: 'op.conflict',
        message: 'web-0001 runs, and hot add of memory is off',
        fix: 'stop it first',
      });
      expect((await refusal(set({ vcpus: Number(now['vcpus']) - 1 }))).message).toMatch(/gives no vCPUs back/);
    }));

  it('adds memory to a running VM that may have more', async () => {
    const watched = await watch(vcenter.endpoint);
    const id = vcenter.idOf('app-0000');
    await vcenter.room.power(vcenter.room.find('app-0000'), 'poweredOn');
    const { vm } = watched.connection;
    const { memory } = (await vm.settings?.(id, 'running', patient())) ?? {};
    const more = Number(memory) + mib(512);
    await vm.configure?.(id, 'running', { memory: more }, { memory: Number(memory) }, patient());
    await watched.until('the row to show it', () => (watched.vms.get(id)?.memory === more ? true : undefined));
    await shut(watched);
  });

  it('knows that vSphere counts memory in steps of 4 MiB', () =>
    withConnection(async (vm) => {
      const configured = vm.configure?.(vcenter.idOf('off'), 'config', { memory: mib(1023) }, {}, patient());
      expect(await refusal(configured ?? Promise.reject())).toMatchObject({ code: 'op.refused' });
    }));
});
