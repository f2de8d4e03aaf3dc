import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../clock.ts';
import type { Settings, WireLine } from '../contract.ts';
import { testEndpoint } from './checks.ts';
import { PVE } from './testkit/scripted-api.ts';
import { type ScriptedServer, startScriptedServer } from './testkit/scripted-server.ts';

const GOOD = {
  'GET /version': { version: '9.1-1' },
  'GET /access/permissions': { '/vms/100': { 'VM.Audit': 1 }, '/vms': { 'VM.PowerMgmt': 1 } },
  'GET /cluster/status': [
    { type: 'node', name: 'pve1' },
    { type: 'cluster', name: 'lab', quorate: 1 },
  ],
};
const TOKEN = { user: 'a@pve!t', secret: 's' };

let server: ScriptedServer;
beforeEach(async () => {
  server = await startScriptedServer(GOOD);
});
afterEach(() => server.close());

let wire: WireLine[] = [];
const check = (values: Settings = {}, signal = new AbortController().signal) =>
  testEndpoint(
    { name: PVE, platform: 'proxmox', values: { host: server.origin, ...TOKEN, ...values } },
    { clock: systemClock, wire: (line) => void wire.push(line), signal, ask: {} },
  );
const last = async (answers: Readonly<Record<string, unknown>>) => {
  server.answers = { ...GOOD, ...answers };
  return (await check()).at(-1);
};

describe('the checks of an endpoint', () => {
  it('go from the name of the host to the quorum of its cluster', async () => {
    const name = server.origin.slice('http://'.length);
    expect(await check()).toEqual([
      { check: 'the name resolves', ok: true, detail: '127.0.0.1' },
      { check: 'the host answers', ok: true, detail: name },
      { check: 'the link is protected', ok: true, detail: 'no: plain HTTP', fix: 'use https' },
      { check: 'the login works', ok: true, detail: 'a@pve!t' },
      { check: 'it is Proxmox VE', ok: true, detail: '9.1-1' },
      { check: 'it may see and switch guests', ok: true, detail: 'VM.Audit, VM.PowerMgmt' },
      { check: 'the cluster can decide', ok: true, detail: 'lab: it has quorum' },
    ]);
  });

  it('end at the first that fails', async () => {
    expect(await check({ user: '' })).toEqual([
      {
        check: 'the endpoint is complete',
        ok: false,
        code: 'config.invalid',
        detail: 'pve: user is missing',
        fix: 'drover endpoint edit pve',
      },
    ]);
    server.answers = { 'GET /version': 401 };
    const refused = await check();
    expect(refused).toHaveLength(4);
    expect(refused.at(-1)).toMatchObject({ check: 'the login works', ok: false, code: 'auth.rejected' });
    expect(server.asked.map(({ request }) => request)).not.toContain('GET /access/permissions');
  });

  it('find no server behind a port where none listens, nor behind a link that speaks no TLS', async () => {
    const tls = await check({ host: server.origin.replace('http:', 'https:') });
    expect(tls.at(-1)).toMatchObject({ check: 'the link is protected', ok: false });
    const { origin } = server;
    await server.close();
    expect((await check({ host: origin })).at(-1)).toMatchObject({ check: 'the host answers', ok: false });
    server = await startScriptedServer(GOOD);
  });

  it('log in before they ask who may do what', async () => {
    server.answers = { ...GOOD, 'POST /access/ticket': 401 };
    const checks = await check({ login: 'password', user: 'a@pve', password: 'p' });
    expect(checks.at(-1)).toMatchObject({ check: 'the login works', ok: false, code: 'auth.rejected' });
    server.answers = { ...GOOD, 'POST /access/ticket': { ticket: 't' } };
    expect((await check({ login: 'password', user: 'a@pve', password: 'p' }))[3]).toMatchObject({ detail: 'a@pve' });
  });

  it('stand in the wire log as what they are', async () => {
    wire = [];
    await check();
    expect(new Set(wire.map(({ channel }) => channel))).toEqual(new Set(['test']));
  });

  it('take a version that is not told for some version', async () => {
    server.answers = { ...GOOD, 'GET /version': {} };
    expect((await check())[4]).toEqual({ check: 'it is Proxmox VE', ok: true, detail: 'of some version' });
  });

  it.each([
    [{ '/vms': { 'VM.Audit': 1 } }, true, 'it may look only: VM.PowerMgmt is missing'],
    [{ '/vms': { 'VM.PowerMgmt': 1 } }, false, 'this login lacks the right VM.Audit on every guest'],
    [{}, false, 'this login lacks the right VM.Audit and VM.PowerMgmt on every guest'],
  ])('say which rights are missing: %j', async (rights, ok, detail) => {
    server.answers = { ...GOOD, 'GET /access/permissions': rights };
    expect((await check())[5]).toEqual({
      check: 'it may see and switch guests',
      ok,
      detail,
      fix: 'give the login a role like PVEVMAdmin on /vms; an API token with separated privileges needs it too',
      ...(ok ? {} : { code: 'auth.forbidden' }),
    });
  });

  it.each<[string, unknown, object]>([
    ['a single node', [{ type: 'node', name: 'pve1' }], { ok: true, detail: 'a single node' }],
    ['a cluster that may not be looked at', 403, { ok: true, detail: 'a single node' }],
    [
      'a cluster without quorum',
      [{ type: 'cluster', name: 'lab', quorate: 0 }],
      { ok: true, detail: 'lab: no quorum, nothing can be changed', fix: 'bring the missing nodes back' },
    ],
    ['a cluster that is broken', 500, { ok: false, code: 'op.failed' }],
  ])('say whether %s can decide', async (_what, status, expected) => {
    expect(await last({ 'GET /cluster/status': status })).toMatchObject({
      check: 'the cluster can decide',
      ...expected,
    });
  });

  it('end when the caller gives up', async () => {
    await expect(check({}, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});
