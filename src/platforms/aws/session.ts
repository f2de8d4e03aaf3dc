/** A login to one account in one region, checked by the first request that needs one. */
import type { Context } from '../contract.ts';
import { unlessRefused } from '../lib/unless-refused.ts';
import type { Account } from './account.ts';
import { type Api, createApi } from './api.ts';
import { createHttpHandler } from './http-handler.ts';
import { createIdentity, type Identity } from './identity.ts';
import { REFUSED } from './refused.ts';
import { openSdk } from './sdk/client.ts';
import { requireInstalled } from './sdk/installed.ts';
import { readZones } from './zones.ts';

export interface Session {
  readonly api: Api;
  readonly identity: Identity;
  close(): void;
}

/** Sends no request yet. Rejects with config.invalid when the SDK is not installed. */
export function openSession(account: Account, { clock, wire, ask, signal }: Context): Session {
  signal.throwIfAborted();
  requireInstalled();
  const { endpoint, ca } = account;
  const handler = createHttpHandler({ endpoint, ca, clock, wire });
  const sdk = openSdk(handler, endpoint);
  const identity = createIdentity({ account, handler, clock, ask });
  return {
    api: createApi({ account, sdk, identity, clock }),
    identity,
    close() {
      handler.close();
      sdk.close();
    },
  };
}

/** Who may not list zones has a login all the same. */
export async function checkLogin(
  { api, identity }: Session,
  { endpoint, region }: Account,
  signal: AbortSignal,
): Promise<void> {
  await identity.get(signal);
  await unlessRefused(readZones(api, { subject: `${endpoint} (${region})`, signal }), REFUSED);
}
