import { isEndpointName } from '../../ids.ts';
import type { Detected } from '../contract.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** What govc's users have set. Looks at the environment only. */
export async function detectHere(): Promise<readonly Detected[]> {
  return detectIn(process.env);
}

/** `GOVC_URL` may hold the login too (`user:password@vc1/sdk`): the password is never taken over from there. */
export function detectIn(env: Env): readonly Detected[] {
  const given = env['GOVC_URL'];
  if (given === undefined || given === '') return [];
  const url = URL.parse(given.includes('://') ? given : `https://${given}`);
  if (!url) return [];
  const user = env['GOVC_USERNAME'] || decodeURIComponent(url.username);
  const first = url.hostname.split('.')[0] ?? '';
  const insecure = env['GOVC_INSECURE'] === '1' || env['GOVC_INSECURE'] === 'true';
  const ca = env['GOVC_TLS_CA_CERTS']?.split(':')[0];
  return [
    {
      name: /^\d/.test(url.hostname) || !isEndpointName(first) ? 'vcenter' : first,
      why: insecure
        ? 'GOVC_URL is set; GOVC_INSECURE does not count here: name the authority or the fingerprint of the server'
        : 'GOVC_URL is set',
      values: {
        url: url.host,
        ...(user === '' ? {} : { user }),
        ...(env['GOVC_PASSWORD'] ? { password: 'env:GOVC_PASSWORD' } : {}),
        ...(ca ? { ca } : {}),
      },
    },
  ];
}
