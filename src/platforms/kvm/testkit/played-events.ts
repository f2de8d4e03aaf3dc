import { encode, int, struct, text } from '../rpc/xdr.ts';

/** Numbers of libvirt's messages: REMOTE_PROC_DOMAIN_EVENT_CALLBACK_*. */
export const EVENTS = { lifecycle: 318, reboot: 319, watchdog: 321, ioError: 322, metadata: 379 } as const;
export const event = (number: number, ...details: readonly number[]) =>
  Buffer.concat([
    encode(struct({ callback: int, name: text }), { callback: 1, name: `web${number}` }),
    Buffer.alloc(16, number),
    ...[number, ...details].map((value) => encode(int, value)),
  ]);
