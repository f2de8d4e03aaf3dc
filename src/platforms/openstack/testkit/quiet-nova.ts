/** Nova without a network, for what hangs on time: it has these servers, and remembers what it was asked, and when. */
import type { Clock } from '../../../clock.ts';
import { FleetError } from '../../../errors.ts';
import { endpointName } from '../../../ids.ts';
import type { Feed } from '../../contract.ts';
import type { Row } from '../../lib/json.ts';
import type { Api, ReadOptions } from '../api.ts';
import type { Cloud } from '../cloud.ts';
import type { News } from '../follow.ts';
import { createImages } from '../image/images.ts';
import { watchCloud } from '../watch.ts';

export const LAB = endpointName('lab');
export const HOST = { hypervisor_hostname: 'c1', state: 'up', status: 'enabled' };

export const serverRow = (id: string, more: object = {}): Row => ({
  id,
  name: id,
  status: 'ACTIVE',
  'OS-EXT-STS:vm_state': 'active',
  'OS-EXT-SRV-ATTR:hypervisor_hostname': 'c1',
  created: '2025-01-01T00:00:00Z',
  updated: '2026-01-01T11:00:00Z',
  ...more,
});

type Answer = (path: string, options: ReadOptions) => object | Promise<object>;

export function quietNova(clock: Clock, more: object = {}) {
  const servers = new Map<string, Row>();
  /** Told to those who ask for changes; they are forgotten then. */
  const changed: Row[] = [];
  /** Since the start, in ms: `5000 /servers/detail changes-since=…`. */
  const asked: string[] = [];
  const feeds: Feed[] = [];
  const answers: (readonly [RegExp, Answer])[] = [];
  let hosts: readonly object[] = [HOST];
  let tell: (news: News) => void = () => {};

  async function get(path: string, options: ReadOptions): Promise<Row> {
    const query = Object.entries(options.query ?? {}).flatMap(([key, value]) =>
      value === undefined ? [] : `${key}=${value}`,
    );
    asked.push([clock.ticks(), path, ...query].join(' '));
    const own = answers.findLast(([pattern]) => pattern.test(path))?.[1];
    if (own) return (await own(path, options)) as Row;
    if (path === '/os-hypervisors/detail') return { hypervisors: hosts };
    if (path === '/servers/detail') {
      const rows = options.query?.['changes-since'] === undefined ? [...servers.values()] : changed.splice(0);
      return { servers: rows };
    }
    const found = servers.get(path.split('/')[2] ?? '');
    if (!found) throw new FleetError('vm.not-found', `${options.subject} is not in this cloud any more`);
    return path.endsWith('/diagnostics') ? { num_cpus: 1 } : { server: found };
  }
  const api = { get } as unknown as Api;
  const cloud = {
    endpoint: LAB,
    version: [2, 93],
    project: { id: 'p', name: 'demo' },
    region: 'R',
    name: 'demo in R',
    address: { allProjects: false },
    ...more,
  } as unknown as Cloud;

  return {
    api,
    cloud,
    feeds,
    changed,
    servers,
    add(...rows: readonly Row[]) {
      for (const row of rows) servers.set(String(row['id']), row);
    },
    hosts(now: readonly object[]) {
      hosts = now;
    },
    answer: (pattern: RegExp, answer: Answer) => void answers.push([pattern, answer]),
    /** What was asked since the last time, of what fits. */
    asked: (pattern = /./) => asked.splice(0).filter((one) => pattern.test(one)),
    news: (news: News) => tell(news),
    watch(everyMs = 5_000, interest: () => readonly never[] = () => []) {
      const controller = new AbortController();
      const context = {
        cloud,
        clock,
        images: createImages(api),
        poll: api,
        figures: api,
        onNews: (listen: (news: News) => void) => {
          tell = listen;
        },
      };
      const sink = (feed: Feed) => void feeds.push(structuredClone(feed));
      const ended = watchCloud(context, { sink, signal: controller.signal, interest, everyMs: () => everyMs }).then(
        () => undefined,
        (error: unknown) => error,
      );
      return { ended, stop: () => controller.abort() };
    },
    /** Those of a kind since the last time. */
    take<Kind extends Feed['kind']>(kind: Kind) {
      const found = feeds.filter((feed): feed is Feed & { kind: Kind } => feed.kind === kind);
      for (const feed of found) feeds.splice(feeds.indexOf(feed), 1);
      return found;
    },
  };
}
