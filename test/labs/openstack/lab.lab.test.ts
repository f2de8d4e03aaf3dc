import { readFileSync, statSync } from 'node:fs';
import { request } from 'node:https';
import type { Duplex } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { until } from '../until.ts';
import { ask, logIn, type Session, untilCloud } from './cloud-api.ts';
import { cutLink, killService, mendCloud, pauseService } from './faults.ts';
import { lab } from './lab.ts';
import { APPLICATION, loginOf } from './people.ts';
import { siteFrom } from './site.ts';

const site = siteFrom(process.env);

interface Server {
  readonly id: string;
  readonly name: string;
  readonly status: string;
}

interface Page {
  readonly servers: readonly Server[];
  readonly servers_links?: readonly { readonly href: string }[];
}

async function serversOf(session: Session): Promise<readonly Server[]> {
  const found: Server[] = [];
  for (let path: string | undefined = '/servers/detail'; path !== undefined; ) {
    const page: Page = await session.ask<Page>('compute', path);
    found.push(...page.servers);
    path = page.servers_links?.[0]?.href.replace(/^.*\/v2\.1/, '');
  }
  return found;
}

const idOf = async (session: Session, name: string): Promise<string> =>
  (await serversOf(session)).find((server) => server.name === name)?.id ?? `no ${name}`;

const act = (session: Session, id: string, json: object): Promise<unknown> =>
  session.ask('compute', `/servers/${id}/action`, { method: 'POST', json });

describe('the OpenStack lab', () => {
  afterEach(() => mendCloud(site));

  it.each(['drover', 'captain', 'visitor'] as const)(
    'lets %s in, who sees the fleet in more than one page',
    async (user) => {
      const session = await logIn(site, loginOf(user));
      const { servers } = await session.ask<Page>('compute', '/servers/detail?limit=1000');
      expect(servers).toHaveLength(20);
      const statuses = new Set((await serversOf(session)).map(({ status }) => status));
      const wanted = [
        'ACTIVE',
        'ERROR',
        'PAUSED',
        'RESCUE',
        'SHELVED_OFFLOADED',
        'SHUTOFF',
        'SUSPENDED',
        'VERIFY_RESIZE',
      ];
      expect([...statuses]).toEqual(expect.arrayContaining(wanted));
    },
  );

  it('refuses a wrong password, and lets an application credential in', async () => {
    await expect(logIn(site, { ...loginOf('drover'), password: 'guessed' })).rejects.toThrow('401');
    const { clouds } = parse(readFileSync(site.files.cloudsYaml, 'utf8'));
    const { application_credential_id: id, application_credential_secret: secret } = clouds['fleet-app'].auth;
    const auth = { identity: { methods: ['application_credential'], application_credential: { id, secret } } };
    const answer = await ask(site, 'identity', '/auth/tokens', { method: 'POST', json: { auth } });
    expect(answer.status).toBe(201);
    expect(secret).toBe(APPLICATION.secret);
  });

  it('keeps its configuration from the eyes of others', () => {
    for (const file of [site.files.config, site.files.cloudsYaml]) expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('refuses a token at once that was revoked', async () => {
    const session = await logIn(site, loginOf('drover'));
    const { token } = session;
    const path = '/auth/tokens';
    const revoked = await ask(site, 'identity', path, {
      method: 'DELETE',
      token,
      headers: { 'x-subject-token': token },
    });
    expect(revoked.status).toBe(204);
    await expect(session.ask('compute', '/servers')).rejects.toThrow('401');
  });

  it('has a login prompt on the serial line of a server', async () => {
    const session = await logIn(site, loginOf('drover'));
    const json = { remote_console: { protocol: 'serial', type: 'serial' } };
    const path = `/servers/${await idOf(session, 'web1')}/remote-consoles`;
    const said = await session.ask<{ remote_console: { url: string } }>('compute', path, { method: 'POST', json });
    const line = await openLine(said.remote_console.url);
    let seen = '';
    line.on('data', (bytes: Buffer) => {
      seen += bytes.toString('latin1');
    });
    await until('the prompt', 20_000, () => seen.includes('web1 login: '));
    line.destroy();
  });

  it('accepts an order whose failure comes later', async () => {
    const session = await logIn(site, loginOf('drover'));
    const id = await idOf(session, 'no-start');
    await act(session, id, { 'os-start': null });
    await untilCloud('nova has given up', 60_000, async () => {
      type Actions = { readonly instanceActions: readonly { action: string; message: string | null }[] };
      const { instanceActions } = await session.ask<Actions>('compute', `/servers/${id}/os-instance-actions`);
      return instanceActions.some(({ action, message }) => action === 'start' && message === 'Error');
    });
    expect((await serversOf(session)).find((server) => server.id === id)?.status).toBe('SHUTOFF');
  });

  it('mends what is hung, dead and cut', async () => {
    await pauseService(site, 'nova-compute1');
    await killService(site, 'nova-api');
    const session = await logIn(site, loginOf('drover'));
    expect((await ask(site, 'compute', '/servers', { token: session.token })).status).toBe(503);
    await cutLink(site);
    await mendCloud(site);
    expect((await lab.status()).up).toBe(true);
    expect((await serversOf(session)).length).toBeGreaterThan(30);
  });
});

/** As a websocket that is only listened to: what a server sends is not masked. */
function openLine(url: string): Promise<Duplex> {
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    origin: `https://${site.address}:6083`,
    'sec-websocket-version': '13',
    'sec-websocket-key': Buffer.from('sixteen letters!').toString('base64'),
    'sec-websocket-protocol': 'binary',
  };
  return new Promise((resolve, reject) => {
    const ca = readFileSync(site.files.ca);
    const asked = request(url.replace(/^wss:/, 'https:'), { ca, headers });
    asked.once('upgrade', (_answer, socket, head) => {
      socket.unshift(head);
      resolve(socket);
    });
    asked.once('response', ({ statusCode }) => reject(new Error(`no websocket: ${statusCode}`)));
    asked.once('error', reject).end();
  });
}
