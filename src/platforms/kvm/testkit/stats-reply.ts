import type { Domain } from '../rpc/protocol.ts';
import { type Codec, encode, int, list, struct, text, uhyper } from '../rpc/xdr.ts';

export interface StatsOf {
  readonly domain: Domain;
  readonly values: Readonly<Record<string, number>>;
}

const ULLONG = 4;
const parameter = struct({ field: text, type: int, value: uhyper });
const uuid: Codec<Buffer> = { least: 16, read: (r) => r.opaque(16), write: (w, value) => w.opaque(value) };
const records = list(struct({ name: text, uuid, id: int, parameters: list(parameter) }));

/** A reply of CONNECT_GET_ALL_DOMAIN_STATS. */
export const statsReply = (guests: readonly StatsOf[]): Buffer =>
  encode(
    records,
    guests.map(({ domain, values }) => ({
      ...domain,
      parameters: Object.entries(values).map(([field, value]) => ({ field, type: ULLONG, value })),
    })),
  );
