import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../until.ts';
import type { Site } from './site.ts';

const PORTS = { identity: 5000, compute: 8774, placement: 8778, image: 9292, network: 9696, volumev3: 8776 } as const;

/** Where a service answers, in the words of the catalog. */
export type ServiceType = keyof typeof PORTS;

export const serviceTypes = Object.keys(PORTS) as ServiceType[];

const PATHS: Partial<Record<ServiceType, string>> = { identity: '/v3', compute: '/v2.1', volumev3: '/v3' };

export const publicUrl = ({ address }: Site, service: ServiceType): string =>
  `https://${address}:${PORTS[service]}${PATHS[service] ?? ''}`;

export const internalUrl = (service: ServiceType): string =>
  `http://127.0.0.1:${PORTS[service]}${PATHS[service] ?? ''}`;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

export interface Asked {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly token?: string;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Instead of JSON, as it is. */
  readonly bytes?: Buffer;
}

const textOf = (service: ServiceType, path: string, { method = 'GET' }: Asked): string =>
  `${method} ${service} ${path}`;

/** One request, with any answer. Rejects when there is none within half a minute. */
export async function ask(site: Site, service: ServiceType, path: string, asked: Asked = {}): Promise<Answer> {
  const ca = await readFile(site.files.ca);
  const body = asked.bytes ?? (asked.json === undefined ? undefined : Buffer.from(JSON.stringify(asked.json)));
  return new Promise((resolve, reject) => {
    const headers = {
      ...(asked.token !== undefined && { 'x-auth-token': asked.token }),
      ...(body !== undefined && { 'content-type': asked.bytes ? 'application/octet-stream' : 'application/json' }),
      // Cinder refuses a version of another service.
      'openstack-api-version': service === 'volumev3' ? 'volume 3.50' : 'compute 2.90',
      ...asked.headers,
    };
    const { method = 'GET' } = asked;
    const sent = request(`${publicUrl(site, service)}${path}`, { method, ca, headers, timeout: 30_000 }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const isJson = answer.headers['content-type']?.includes('json') === true && text !== '';
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: isJson ? JSON.parse(text) : text });
      });
    });
    sent.once('timeout', () => sent.destroy(new Error(`${textOf(service, path, asked)}: no answer`)));
    sent.once('error', reject).end(body);
  });
}

export interface Login {
  readonly user: string;
  readonly password: string;
  readonly project: string;
}

/** What a user of the cloud may ask for. */
export interface Session {
  readonly token: string;
  readonly projectId: string;
  readonly userId: string;
  /** The body of the answer. Rejects with what the service said when it said no. */
  ask<T>(service: ServiceType, path: string, asked?: Omit<Asked, 'token'>): Promise<T>;
}

interface TokenBody {
  readonly token: { readonly project: { readonly id: string }; readonly user: { readonly id: string } };
}

export async function logIn(site: Site, { user, password, project }: Login): Promise<Session> {
  const domain = { name: 'Default' };
  const auth = {
    identity: { methods: ['password'], password: { user: { name: user, domain, password } } },
    scope: { project: { name: project, domain } },
  };
  const { status, headers, body } = await ask(site, 'identity', '/auth/tokens', { method: 'POST', json: { auth } });
  if (status !== 201) throw new Error(`keystone did not let ${user} in: ${status} ${JSON.stringify(body)}`);
  const token = String(headers['x-subject-token']);
  const { token: scoped } = body as TokenBody;
  return {
    token,
    projectId: scoped.project.id,
    userId: scoped.user.id,
    async ask<T>(service: ServiceType, path: string, asked: Omit<Asked, 'token'> = {}) {
      const said = await ask(site, service, path, { ...asked, token });
      if (said.status < 300) return said.body as T;
      throw new Error(`${textOf(service, path, asked)}: ${said.status} ${JSON.stringify(said.body)}`);
    },
  };
}

/** `until` for what only a request can tell: not fifty times a second. */
export function untilCloud<T>(
  what: string,
  deadlineMs: number,
  seen: () => Promise<T | undefined | false>,
): Promise<T> {
  return until(what, deadlineMs, async () => {
    const found = await seen();
    if (found === undefined || found === false) await pause(300);
    return found;
  });
}
