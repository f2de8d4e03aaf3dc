/** One operation on one server: asks how it is, and sends what is to be done. */
import { FleetError } from '../../errors.ts';
import { nativeOf, type VmId } from '../../ids.ts';
import type { Accepted, OperationName } from '../contract.ts';
import { asRow, type Row } from '../lib/json.ts';
import type { Api, Changed, ChangeOptions } from './api.ts';
import type { Cloud } from './cloud.ts';
import type { News } from './follow.ts';
import type { Images } from './image/images.ts';
import { readServer, type Server } from './servers.ts';
import { stateOf } from './states.ts';

export interface ServerCalls {
  readonly cloud: Cloud;
  readonly api: Api;
  readonly images: Images;
  /** Tells the watch. */
  readonly news: (news: News) => void;
}

type Answers = Pick<ChangeOptions, 'mayBeEmpty'>;

export interface ServerCall {
  /** As it is now. */
  readonly server: Server;
  /** For sentences. */
  readonly name: string;
  readonly state: ReturnType<typeof stateOf>['state'];
  readonly signal: AbortSignal;
  get(below: string): Promise<Row>;
  /** Sent once; the watch looks at the server from then on. */
  change(method: 'POST' | 'PUT' | 'DELETE', below: string, json?: unknown, more?: Answers): Promise<Changed>;
  /** `POST …/action`, which nova answers before it is done: `what` is followed from then on. */
  act(what: string, json: Row, more?: Answers): Promise<Accepted>;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export async function onServer<T>(
  { cloud, api, news }: ServerCalls,
  id: VmId,
  signal: AbortSignal,
  work: (call: ServerCall) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const native = nativeOf(id);
  if (!UUID.test(native)) throw new FleetError('vm.not-found', `${native} is not in ${cloud.name}`);
  const path = `/servers/${native}`;
  const server = readServer(asRow((await api.get(path, { signal, subject: native }))['server'], native));
  const { name } = server;
  const change: ServerCall['change'] = async (method, below, json, more) => {
    try {
      return await api.change(method, `${path}${below}`, {
        signal,
        subject: name,
        ...(json === undefined ? {} : { json }),
        ...more,
      });
    } finally {
      news({ server: native });
    }
  };
  return work({
    server,
    name,
    state: stateOf(server).state,
    signal,
    get: (below) => api.get(`${path}${below}`, { signal, subject: name }),
    change,
    async act(what, json, more) {
      const { request } = await change('POST', '/action', json, more);
      if (request === undefined) return { warnings: [] };
      news({ server: native, begun: { task: request, server: native, what } });
      return { task: request, warnings: [] };
    },
  });
}

export const already = ({ name }: ServerCall, feature: OperationName, word: string): Accepted => ({
  warnings: [{ feature, detail: `${name} was ${word} already` }],
});

export const conflict = ({ name }: ServerCall, why: string, fix: string): FleetError =>
  new FleetError('op.conflict', `${name} ${why}`, { fix });
