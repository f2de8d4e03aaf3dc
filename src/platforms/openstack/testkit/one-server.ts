/** One server of Nova without a network: what it is, what is sent for it, and what the watch hears. */
import { FleetError } from '../../../errors.ts';
import { endpointName, vmId } from '../../../ids.ts';
import type { Api, ChangeOptions, ReadOptions } from '../api.ts';
import type { Cloud } from '../cloud.ts';
import type { News } from '../follow.ts';
import { createImages } from '../image/images.ts';
import type { ServerCalls } from '../server-call.ts';

export const ID = '9168b536-cd40-4630-b43f-b259807c6e87';
export const VM = vmId(endpointName('lab'), ID);
export const CRASHED = { 'OS-EXT-STS:power_state': 6 };

export interface OneServer {
  server: Record<string, unknown>;
  /** `POST /action {"pause":null}`, below the server. */
  readonly sent: string[];
  readonly news: News[];
  /** What Nova calls the next thing that is asked for. */
  request: string | undefined;
  /** By path below the server, or by method and path. */
  readonly answers: Record<string, () => unknown>;
  readonly cloud: Record<string, unknown>;
  readonly calls: ServerCalls;
  stand(vmState: string, more?: object): void;
}

export function oneServer(): OneServer {
  const cloud = { endpoint: endpointName('lab'), name: 'demo in R', region: 'R', version: [2, 93] };
  const below = (path: string) => path.replace(`/servers/${ID}`, '');
  const api = {
    async get(path: string, { subject }: ReadOptions) {
      const answer = one.answers[below(path)];
      if (answer) return answer();
      if (path === `/servers/${ID}`) return { server: { id: ID, name: 'web1', ...one.server } };
      throw new FleetError('op.failed', `${subject}: nothing at ${path}`);
    },
    async change(method: string, path: string, { json, subject }: ChangeOptions) {
      one.sent.push(`${method} ${below(path)}${json === undefined ? '' : ` ${JSON.stringify(json)}`}`);
      if (subject !== 'web1') throw new Error(`it was sent for ${subject}`);
      return { body: one.answers[`${method} ${below(path)}`]?.() ?? {}, request: one.request };
    },
  } as unknown as Api;
  const one: OneServer = {
    server: { status: 'ACTIVE', 'OS-EXT-STS:vm_state': 'active' },
    sent: [],
    news: [],
    request: 'req-1',
    answers: {},
    cloud,
    calls: {
      cloud: cloud as unknown as Cloud,
      api,
      images: createImages(api),
      news: (news) => void one.news.push(news),
    },
    stand(vmState, more = {}) {
      one.server = { status: vmState.toUpperCase(), 'OS-EXT-STS:vm_state': vmState, ...more };
    },
  };
  return one;
}
