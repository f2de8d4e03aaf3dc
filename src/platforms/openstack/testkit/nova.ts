/** Nova, pretended: routes, policies, microversions; what it does not know it refuses, as the real one since 2.75. */
import { randomUUID } from 'node:crypto';
import { isRow, type Row } from '../../lib/json.ts';
import { rowIn } from '../json.ts';
import { isAtLeast, type Microversion } from '../microversion.ts';
import type { ConsoleKind } from './console-proxy.ts';
import type { Session } from './keystone.ts';
import { change, changeParts, createServer, isChange, keyPairs } from './nova-changes.ts';
import {
  diagnosticsView,
  flavorsView,
  hypervisorsView,
  limitsView,
  serverView,
  servicesView,
  versionView,
  zonesView,
} from './nova-view.ts';
import { policyOf, power } from './power.ts';
import { forbidden, novaRefusal, Refusal } from './refusal.ts';
import { spellTime, type World, type WorldServer } from './world.ts';

export interface NovaRequest {
  readonly method: string;
  /** Below `/v2.1`. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly version: Microversion;
  readonly session: Session;
  /** `http://host/compute/v2.1`, for links. */
  readonly base: string;
  readonly request: string;
  readonly now: number;
}

export interface NovaOptions {
  least: string;
  most: string;
  /** Servers on one page. */
  pageSize: number;
  /** Where consoles are; undefined: they are switched off. */
  consoles: ((server: WorldServer, kind: ConsoleKind) => string) | undefined;
  /** Policies that no user passes. */
  readonly denied: Set<string>;
}

export interface NovaAnswer {
  readonly status: number;
  readonly body?: unknown;
}

/** Protocol and type that belong together. */
const CONSOLES: Readonly<Record<string, ConsoleKind>> = { 'serial serial': 'serial', 'vnc novnc': 'novnc' };
const LIST_QUERY = new Set(['marker', 'limit', 'changes-since', 'all_tenants', 'name', 'image', 'key_name']);

export function answerNova(world: World, options: NovaOptions, request: NovaRequest): NovaAnswer {
  const { method, segments, query, body, session, version, now } = request;
  const [noun = '', id = '', part = '', key = ''] = segments;
  const allow = (policy: string, ok = true) => {
    const full = `os_compute_api:${policy}`;
    if (!ok || options.denied.has(full)) throw forbidden(full);
  };
  const changes = session.account.roles.includes('member');
  const found = () => world.find(id);
  const unknown = () => novaRefusal(404, 'The resource could not be found.');
  const takes = (...keys: readonly string[]) => {
    for (const given of query.keys()) {
      if (!keys.includes(given))
        throw novaRefusal(400, `Additional properties are not allowed ('${given}' was unexpected)`);
    }
  };

  if (noun === '') return { status: 200, body: versionView(options) };
  if (noun === 'servers' && id === 'detail' && method === 'GET') return list(true);
  if (noun === 'servers' && id === '' && method === 'GET') return list(false);
  if (noun === 'servers' && id === '' && method === 'POST') {
    allow('servers:create', changes);
    return createServer(world, body, request.request);
  }
  if (noun === 'os-keypairs') {
    takes('limit', 'marker');
    allow('os-keypairs:index', method === 'GET' || changes);
    return keyPairs(world, method, id, body);
  }
  if (noun === 'os-server-groups') return { status: 200, body: { server_groups: [] } };
  if (noun === 'servers' && id !== '') return part === '' ? one() : below();
  if (noun === 'flavors' && id === 'detail' && method === 'GET') {
    takes('limit', 'marker', 'is_public');
    return { status: 200, body: flavorsView(query, options.pageSize, request.base) };
  }
  takes('marker');
  if (method !== 'GET') throw unknown();
  if (noun === 'os-hypervisors' && id === 'detail') {
    allow('os-hypervisors:list-detail', session.admin);
    const counts = (host: string) => [...world.servers.values()].filter((server) => server.host === host).length;
    return { status: 200, body: hypervisorsView(version, counts, world.down) };
  }
  if (noun === 'os-services') {
    allow('os-services:list', session.admin);
    return { status: 200, body: servicesView() };
  }
  if (noun === 'os-availability-zone') return { status: 200, body: zonesView() };
  if (noun === 'limits')
    return { status: 200, body: limitsView([...world.servers.values()].filter((one) => !one.deleted).length) };
  throw unknown();

  function list(detailed: boolean): NovaAnswer {
    for (const given of query.keys()) {
      if (!LIST_QUERY.has(given))
        throw novaRefusal(400, `Additional properties are not allowed ('${given}' was unexpected)`);
    }
    const since = query.get('changes-since');
    if (since !== null && Number.isNaN(Date.parse(since)))
      throw novaRefusal(400, 'Invalid filter field: changes-since.');
    if (query.has('all_tenants')) allow('servers:detail:get_all_tenants', session.admin);
    const all = [...world.servers.values()].filter((server) => {
      if (!query.has('all_tenants') && server.project !== '6f70656e737461636b20342065766572') return false;
      if (!matches(server, query)) return false;
      // The database keeps whole seconds.
      return since === null ? !server.deleted : Math.floor(server.updatedAt / 1000) * 1000 >= Date.parse(since);
    });
    const marker = query.get('marker');
    const start = marker === null ? 0 : all.findIndex((server) => server.id === marker) + 1;
    if (marker !== null && start === 0) throw novaRefusal(400, `marker [${marker}] not found`);
    const size = Math.min(options.pageSize, Number(query.get('limit') ?? options.pageSize));
    const page = all.slice(start, start + size);
    const last = page.at(-1);
    const href = `${request.base}/servers${detailed ? '/detail' : ''}?marker=${last?.id}`;
    const links = last && start + size < all.length ? { servers_links: [{ rel: 'next', href }] } : {};
    // Those that never got a host live in a cell of their own, and lists leave their faults out.
    const listed = (server: WorldServer) => (server.host === null ? { ...server, fault: undefined } : server);
    const view = (server: WorldServer) =>
      detailed ? serverView(listed(server), session.admin, version) : { id: server.id, name: server.name, links: [] };
    return { status: 200, body: { servers: page.map(view), ...links } };
  }

  function one(): NovaAnswer {
    const server = found();
    takes();
    if (method === 'GET') return { status: 200, body: { server: serverView(server, session.admin, version) } };
    if (method === 'PUT') {
      allow('servers:update', changes);
      const fields = schema(isRow(body) ? rowIn(body, 'server') : {}, ['name', 'description']);
      if (typeof fields['name'] === 'string') server.name = fields['name'];
      if (typeof fields['description'] === 'string') server.description = fields['description'];
      world.touch(server);
      return { status: 200, body: { server: serverView(server, session.admin, version) } };
    }
    if (method !== 'DELETE') throw unknown();
    allow('servers:delete', changes);
    if (server.locked && !session.admin) throw novaRefusal(409, `Instance ${server.id} is locked`);
    world.begin(server, 'delete', request.request, 'deleting', () => world.destroy(server));
    return { status: 204 };
  }

  function below(): NovaAnswer {
    const server = found();
    takes();
    const said = `${method} ${part}`;
    if (said === 'POST action') return act(server, isRow(body) ? body : {});
    if (method === 'POST' && part.startsWith('os-')) allow(`${part}:create`, changes);
    if (method === 'DELETE' && part.startsWith('os-')) allow(`${part}:delete`, changes);
    const parts = changeParts(world, server, said, key, body);
    if (parts) return parts;
    if (said === 'GET diagnostics') {
      allow('os-server-diagnostics', session.admin);
      if (server.vmState !== 'active') throw novaRefusal(409, `Instance ${server.id} is not ready`);
      return { status: 200, body: diagnosticsView(server, now) };
    }
    if (said === 'GET os-instance-actions') return actionView(server, key);
    if (said === 'GET os-volume_attachments') return { status: 200, body: { volumeAttachments: volumesView(server) } };
    if (said === 'PUT os-volume_attachments') {
      allow('os-volumes-attachments:update', changes);
      if (!isAtLeast(version, [2, 85])) throw novaRefusal(400, 'Invalid input');
      const row = schema(isRow(body) ? rowIn(body, 'volumeAttachment') : {}, ['volumeId', 'delete_on_termination']);
      const volume = server.volumes.find((one) => one.id === key && one.id === row['volumeId']);
      if (!volume) throw novaRefusal(404, `Volume ${key} could not be found.`);
      volume.deleteOnTermination = row['delete_on_termination'] === true;
      return { status: 202 };
    }
    if (said === 'POST remote-consoles') return consoleOf(server, isRow(body) ? rowIn(body, 'remote_console') : {});
    allow(part === 'tags' ? 'os-server-tags:update_all' : 'server-metadata:create', changes);
    if (said === 'PUT tags') {
      const { tags } = schema(isRow(body) ? body : {}, ['tags']);
      server.tags = Array.isArray(tags) ? tags.map(String) : [];
      world.touch(server);
      return { status: 200, body: { tags: server.tags } };
    }
    if (said === 'POST metadata') {
      const given = rowIn(schema(isRow(body) ? body : {}, ['metadata']), 'metadata');
      server.metadata = {
        ...server.metadata,
        ...Object.fromEntries(Object.entries(given).map(([k, v]) => [k, String(v)])),
      };
      return { status: 200, body: { metadata: server.metadata } };
    }
    if (said === 'DELETE metadata') {
      if (server.metadata[key] === undefined) throw novaRefusal(404, 'Metadata item was not found');
      server.metadata = Object.fromEntries(Object.entries(server.metadata).filter(([name]) => name !== key));
      return { status: 204 };
    }
    throw unknown();
  }

  function act(server: WorldServer, json: Row): NovaAnswer {
    const [name = '', ...more] = Object.keys(json);
    if (more.length > 0) throw novaRefusal(400, 'Multiple actions in one request');
    if (name === 'os-getConsoleOutput') {
      schema(rowIn(json, name), ['length']);
      return { status: 200, body: { output: 'Booting\n\u001b[1mdebian\u001b[0m login: ' } };
    }
    if (isChange(name)) allow('servers:action', changes);
    const changed = change(world, server, name, json, { admin: session.admin, request: request.request });
    if (changed) return changed;
    const policy = policyOf(name);
    if (policy === undefined) throw novaRefusal(400, `There is no such action: ${name}`);
    allow(policy, changes);
    power(world, server, name, json, { admin: session.admin, request: request.request, now: () => now });
    return { status: 202 };
  }

  function consoleOf(server: WorldServer, wish: Row): NovaAnswer {
    allow('os-remote-consoles', changes);
    schema(wish, ['protocol', 'type']);
    const kind = CONSOLES[`${wish['protocol']} ${wish['type']}`];
    if (!kind) throw novaRefusal(400, 'Invalid input');
    if (!options.consoles) throw novaRefusal(400, `Unavailable console type ${kind}.`);
    if (server.vmState !== 'active') throw novaRefusal(409, `Instance ${server.id} is not ready`);
    return { status: 200, body: { remote_console: { ...wish, url: options.consoles(server, kind) } } };
  }

  function volumesView(server: WorldServer): readonly object[] {
    return server.volumes.map((volume) => ({
      serverId: server.id,
      volumeId: volume.id,
      device: volume.device,
      tag: null,
      ...(isAtLeast(version, [2, 79]) ? { delete_on_termination: volume.deleteOnTermination } : {}),
      ...(isAtLeast(version, [2, 89]) ? { attachment_id: randomUUID(), bdm_uuid: randomUUID() } : { id: volume.id }),
    }));
  }

  function actionView(server: WorldServer, requestId: string): NovaAnswer {
    const action = server.actions.get(requestId);
    if (!action) throw novaRefusal(404, `Action for request_id ${requestId} on instance ${server.id} not found`);
    const { message, events, request: id } = action;
    const instanceAction = { action: action.action, instance_uuid: server.id, request_id: id, message, events };
    return { status: 200, body: { instanceAction: { ...instanceAction, start_time: spellTime(now) } } };
  }
}

/** Of a list: Nova takes an expression for the name. */
function matches({ name, imageId, keyName }: WorldServer, query: URLSearchParams): boolean {
  const [called, image, key] = [query.get('name'), query.get('image'), query.get('key_name')];
  if (called !== null && !new RegExp(called).test(name)) return false;
  return (image === null || imageId === image) && (key === null || keyName === key);
}

function schema(row: Row, keys: readonly string[]): Row {
  const strange = Object.keys(row).find((key) => !keys.includes(key));
  if (strange === undefined) return row;
  throw new Refusal(
    400,
    JSON.stringify({
      badRequest: { code: 400, message: `Additional properties are not allowed ('${strange}' was unexpected)` },
    }),
  );
}
