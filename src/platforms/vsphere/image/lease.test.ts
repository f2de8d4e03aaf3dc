import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestClock, type TestClock } from '../../../../test/clock.ts';
import { sourceOf } from '../../../../test/contract/memory-files.ts';
import type { HttpTarget } from '../../transport/http/target.ts';
import { addressOf } from '../address.ts';
import { openSession, type Session } from '../session.ts';
import { type ScriptedVcenter, startScriptedVcenter } from '../testkit/scripted-vcenter.ts';
import { abortLease, keptAlive, type Lease, readyLease, sendToDevice } from './lease.ts';

const { signal } = new AbortController();
const LEASE = { type: 'HttpNfcLease', value: 'lease-1' };

let vcenter: ScriptedVcenter;
let session: Session;
let clock: TestClock;
let own: HttpTarget;
/** What the host has taken: method, path, `Overwrite`, bytes. */
let taken: string[];
let status: number;
const host = createServer((request: IncomingMessage, response) => {
  const pieces: Buffer[] = [];
  request.on('data', (piece: Buffer) => pieces.push(piece));
  request.once('end', () => {
    const { method, url, headers } = request;
    taken.push([method, url, headers['overwrite'], Buffer.concat(pieces).toString()].join(' '));
    response.writeHead(status).end();
  });
});

beforeEach(async () => {
  [taken, status] = [[], 200];
  await new Promise<void>((resolve) => void host.listen(0, '127.0.0.1', resolve));
  clock = createTestClock();
  vcenter = await startScriptedVcenter();
  const address = addressOf(vcenter.endpoint);
  own = address.target;
  session = await openSession(vcenter.endpoint.name, address, { signal, clock, wire: () => {}, ask: {} });
});
afterEach(async () => {
  await session.close();
  await vcenter.close();
  host.closeAllConnections();
  await new Promise<void>((resolve) => void host.close(() => resolve()));
});

const info = (url: string) =>
  `<entity type="VirtualMachine">vm-7</entity><deviceUrl><importKey>/a/disk:0</importKey><url>${url}</url></deviceUrl>`;
const at = (url: string) => ({ importKey: '/a/disk:0', key: '', isDisk: true, url, thumbprint: '' });
const address = () => `http://127.0.0.1:${(host.address() as AddressInfo).port}/nfc/lease-1/disk-0.vmdk`;
const bytes = Buffer.from('....the disk....');
const file = { name: 'disk1.vmdk', at: 4, size: 8 };
const sent = (more: object = {}) => ({
  file,
  digest: undefined,
  source: sourceOf(bytes),
  isNew: false,
  sent: () => {},
  ...more,
});
const parts = () => ({ session, own, wire: () => {} });

it('a lease is waited for until its files may come, and says which VM they are of', async () => {
  vcenter.vm.set('state', 'initializing');
  const waiting = readyLease(session, LEASE, 'golden', signal);
  await expect.poll(() => vcenter.asked.length, { interval: 2 }).toBeGreaterThan(2);
  vcenter.vm.set('state', 'ready');
  vcenter.vm.set('info', info('https://esx1/nfc/1'));
  const passed = async () => {
    await clock.pass(500);
    return Promise.race([waiting, undefined]);
  };
  await expect.poll(passed, { interval: 2 }).toBeDefined();
  const { entity, devices } = await waiting;
  expect([entity.value, devices.get('/a/disk:0')?.url]).toEqual(['vm-7', 'https://esx1/nfc/1']);
});

it('a lease that the server gives up says why', async () => {
  vcenter.vm.set('state', 'error');
  vcenter.vm.set(
    'error',
    '<fault xmlns:i="x" i:type="InsufficientResourcesFault"/><localizedMessage>no room</localizedMessage>',
  );
  await expect(readyLease(session, LEASE, 'golden', signal)).rejects.toMatchObject({ message: 'no room' });
  vcenter.vm.set('state', 'done');
  await expect(readyLease(session, LEASE, 'golden', signal)).rejects.toMatchObject({
    message: 'golden: its transfer has ended before it began',
  });
});

it('a disk is sent from its place in the OVA, to a file that is there or to a new one', async () => {
  await sendToDevice(parts(), at(address()), sent(), signal);
  await sendToDevice(parts(), at(address()), sent({ isNew: true }), signal);
  expect(taken).toEqual(['POST /nfc/lease-1/disk-0.vmdk  the disk', 'PUT /nfc/lease-1/disk-0.vmdk t the disk']);
});

it('a disk that is not what its manifest says, or that the host refuses, is a failure', async () => {
  const digest = { algorithm: 'sha256', hex: '0'.repeat(64) };
  await expect(sendToDevice(parts(), at(address()), sent({ digest }), signal)).rejects.toMatchObject({
    code: 'op.failed',
    message: 'disk1.vmdk of /tmp/suite.img is not what its manifest says',
  });
  status = 507;
  await expect(sendToDevice(parts(), at(address()), sent(), signal)).rejects.toMatchObject({
    code: 'op.failed',
    message: expect.stringMatching(/^disk1\.vmdk: 127\.0\.0\.1:\d+ answered with the status 507$/),
  });
});

it('the star of a single host is the host that was logged in to, and no disk goes unprotected', async () => {
  await expect(sendToDevice(parts(), at('http://*/nfc/1'), sent(), signal)).rejects.toThrow();
  expect(vcenter.asked.some(({ method }) => method === '')).toBe(true);
  const secure = { ...parts(), own: { ...own, secure: true } };
  await expect(sendToDevice(secure, at(address()), sent(), signal)).rejects.toMatchObject({ code: 'host.protocol' });
  expect(taken).toEqual([]);
});

it('a lease is kept alive with how far it is while files are sent, and ended when they are not', async () => {
  const lease: Lease = {
    ref: LEASE,
    entity: { type: 'VirtualMachine', value: 'vm-7' },
    devices: new Map(),
    all: [],
    capacity: Number.NaN,
  };
  let finish = () => {};
  const sending = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const alive = keptAlive(
    session,
    lease,
    () => 0.426,
    () => sending,
  );
  const told = () => vcenter.asked.filter(({ method }) => method === 'HttpNfcLeaseProgress').map(({ body }) => body);
  const toldInTime = async () => {
    await clock.pass(15_000);
    return told().length;
  };
  await expect.poll(toldInTime, { interval: 2 }).toBeGreaterThan(1);
  expect(told()[0]).toContain('<percent>42</percent>');
  finish();
  await alive;
  await abortLease(session, LEASE);
  expect(vcenter.sent().at(-1)).toBe('HttpNfcLeaseAbort lease-1');
});
