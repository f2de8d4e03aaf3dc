/** Designate, pretended: zones and their record sets, as the samples of its API reference have them. */
import { randomUUID } from 'node:crypto';
import { isRow, type Row, textOf } from '../../lib/json.ts';
import { textsIn } from '../json.ts';
import { PROJECT, type Session } from './keystone.ts';
import { Refusal } from './refusal.ts';

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly session: Session;
  readonly base: string;
  readonly pageSize: number;
}

interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

type Stored = Record<string, unknown> & { readonly id: string };

export interface Designate {
  answer(asked: Asked): Answer;
}

const refused = (code: number, type: string, message: string): Refusal =>
  new Refusal(code, JSON.stringify({ code, type, message, request_id: 'req-1' }));

export function createDesignate(): Designate {
  const zones: Stored[] = [];
  const sets: Stored[] = [];

  function putZone(row: Row): Stored {
    const zone: Stored = {
      ...{ id: randomUUID(), pool_id: randomUUID(), project_id: PROJECT.id, ttl: 3600, serial: 1, status: 'ACTIVE' },
      ...{ action: 'NONE', masters: [], type: 'PRIMARY', version: 1, description: null },
      ...row,
    };
    zones.push(zone);
    for (const type of ['SOA', 'NS']) putSet(zone, { name: zone['name'], type, records: ['ns1.example.'], ttl: null });
    return zone;
  }
  function putSet(zone: Stored, row: Row): Stored {
    const set: Stored = {
      ...{ id: randomUUID(), project_id: PROJECT.id, zone_id: zone.id, zone_name: zone['name'], status: 'ACTIVE' },
      ...{ action: 'NONE', version: 1, description: null, ttl: null },
      ...row,
    };
    sets.push(set);
    return set;
  }
  const demo = putZone({ name: 'demo.example.', email: 'hostmaster@demo.example' });
  putSet(demo, { name: 'gateway.demo.example.', type: 'A', records: ['192.0.2.1'], ttl: 300 });

  const findZone = (id: string): Stored => {
    const found = zones.find((zone) => zone.id === id);
    if (!found) throw refused(404, 'zone_not_found', 'Could not find Zone');
    return found;
  };
  const only = (row: Row, keys: readonly string[]): Row => {
    const strange = Object.keys(row).find((key) => !keys.includes(key));
    if (strange === undefined) return row;
    throw refused(400, 'invalid_object', `Additional properties are not allowed ('${strange}' was unexpected)`);
  };

  /** Its pages are linked in `links`, with a whole address. */
  function page(all: readonly Stored[], key: string, { query, path, base, pageSize }: Asked): Answer {
    const found = all.filter((row) => ['name', 'type'].every((name) => (query.get(name) ?? row[name]) === row[name]));
    const marker = query.get('marker');
    const start = marker === null ? 0 : found.findIndex(({ id }) => id === marker) + 1;
    const most = Math.min(pageSize, Number(query.get('limit') ?? pageSize));
    const rows = found.slice(start, start + most);
    const next = start + most < found.length && { next: `${base}${path}?marker=${rows.at(-1)?.id}` };
    return { status: 200, body: { [key]: rows, links: { self: `${base}${path}`, ...next } } };
  }

  return {
    answer(asked) {
      const { method, path, body, session } = asked;
      const [, version, noun, id, below, set] = path.split('/');
      if (version !== 'v2') throw refused(404, 'not_found', 'Not found');
      if (method !== 'GET' && !session.account.roles.includes('member')) throw refused(403, 'forbidden', 'Forbidden');
      const row = isRow(body) ? body : {};
      if (noun === 'recordsets' && method === 'GET') return page(sets, 'recordsets', asked);
      if (noun !== 'zones') throw refused(404, 'not_found', 'Not found');
      if (id === undefined) {
        if (method === 'GET') return page(zones, 'zones', asked);
        const given = only(row, ['name', 'email', 'ttl', 'description', 'type']);
        if (!textOf(given, 'name')?.endsWith('.')) throw refused(400, 'invalid_object', 'Provided object is not valid');
        return { status: 201, body: putZone(given) };
      }
      const zone = findZone(id);
      if (below === undefined) {
        if (method === 'GET') return { status: 200, body: zone };
        zones.splice(zones.indexOf(zone), 1);
        for (const one of sets.filter((each) => each['zone_id'] === id)) sets.splice(sets.indexOf(one), 1);
        return { status: 202, body: { ...zone, action: 'DELETE', status: 'PENDING' } };
      }
      if (set === undefined) {
        const own = sets.filter((each) => each['zone_id'] === id);
        if (method === 'GET') return page(own, 'recordsets', asked);
        const given = only(row, ['name', 'type', 'records', 'ttl', 'description']);
        if (textsIn(given, 'records').length === 0)
          throw refused(400, 'invalid_object', 'Provided object is not valid');
        if (own.some((one) => one['name'] === given['name'] && one['type'] === given['type']))
          throw refused(409, 'duplicate_recordset', 'Duplicate RecordSet');
        return { status: 202, body: putSet(zone, given) };
      }
      const found = sets.find((one) => one.id === set);
      if (!found) throw refused(404, 'recordset_not_found', 'Could not find RecordSet');
      if (method === 'GET') return { status: 200, body: found };
      if (method === 'PUT')
        return { status: 202, body: Object.assign(found, only(row, ['records', 'ttl', 'description'])) };
      sets.splice(sets.indexOf(found), 1);
      return { status: 202, body: { ...found, action: 'DELETE', status: 'PENDING' } };
    },
  };
}
