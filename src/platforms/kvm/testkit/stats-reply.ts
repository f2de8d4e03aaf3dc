import type { Domain } from '../rpc/protocol.ts';
import { TYPE } from '../rpc/typed-value.ts';
import { type Codec, encode, int, list, struct, text, uhyper } from '../rpc/xdr.ts';

export interface StatsOf {
  readonly domain: Domain;
  readonly values: Readonly<Record<string, number | string>>;
}

const value: Codec<number | string> = {
  least: 8,
  read: () => {
    throw new Error('a reply is only written');
  },
  write(w, one) {
    int.write(w, typeof one === 'string' ? TYPE.string : TYPE.ullong);
    if (typeof one === 'string') text.write(w, one);
    else uhyper.write(w, one);
  },
};
const parameter = struct({ field: text, value });
const uuid: Codec<Buffer> = { least: 16, read: (r) => r.opaque(16), write: (w, value) => w.opaque(value) };
const records = list(struct({ name: text, uuid, id: int, parameters: list(parameter) }));

/** A reply of CONNECT_GET_ALL_DOMAIN_STATS. */
export const statsReply = (guests: readonly StatsOf[]): Buffer =>
  encode(
    records,
    guests.map(({ domain, values }) => ({
      ...domain,
      parameters: Object.entries(values).map(([field, one]) => ({ field, value: one })),
    })),
  );
