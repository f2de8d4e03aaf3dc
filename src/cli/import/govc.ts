/** govc's environment, as cli/flags/client.go and vim25/soap/client.go of vmware/govmomi read it. */
import { delimiter } from 'node:path';
import { hostText, labelOf } from './host-text.ts';
import { type Found, given, type Importer } from './plan.ts';
import type { Source } from './source.ts';

export const govc: Importer = {
  tool: 'govc',
  help: 'The vCenter or ESX host of the GOVC_ variables.',
  variables: ['GOVC_URL'],
  async read(source) {
    return source.env['GOVC_URL'] ? [await environmentPlan(source.env['GOVC_URL'], source)] : undefined;
  },
};

const SHA256 = /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/i;

async function environmentPlan(address: string, source: Source): Promise<Found> {
  const { env } = source;
  const url = URL.parse(/^\w+:\/\//.test(address) ? address : `https://${address}`);
  if (!url) return { name: 'vcenter', why: 'GOVC_URL is no address' };
  const name = labelOf(url.hostname) || 'vcenter';
  const user = (await contentOf(env['GOVC_USERNAME'], source)) || decoded(url.username) || undefined;
  const inUrl = decoded(url.password);
  const named = env['GOVC_PASSWORD'] ? await passwordReference(env['GOVC_PASSWORD'], source) : undefined;
  const path = url.pathname.replace(/\/+$/, '');
  const where = hostText(
    `${url.protocol === 'https:' ? '' : `${url.protocol}//`}${url.host}${path === '/sdk' ? '' : path}`,
  );
  const [ca, ...otherCas] = (env['GOVC_TLS_CA_CERTS'] ?? '').split(delimiter).filter(Boolean);
  const known = await knownThumbprint(url.host, source);
  const fingerprint = known !== undefined && SHA256.test(known) ? known : undefined;
  return {
    name,
    platform: 'vsphere',
    values: given({ url: where, user, password: named, ca, fingerprint }),
    secrets: named === undefined && inUrl !== '' ? { password: inUrl } : {},
    where,
    login: user ?? '-',
    notes: [
      ...(/^(1|true)$/i.test(env['GOVC_INSECURE'] ?? '') && fingerprint === undefined && ca === undefined
        ? [
            'GOVC_INSECURE is not taken over: give the endpoint ca, or as fingerprint the thumbprintSHA256 of govc about.cert -k -json, once the administrator of the server has confirmed it',
          ]
        : []),
      ...(otherCas.length > 0 ? [`only the first file of GOVC_TLS_CA_CERTS is taken over: ${ca}`] : []),
      ...(known !== undefined && fingerprint === undefined
        ? ['GOVC_TLS_KNOWN_HOSTS has a SHA-1 thumbprint for it: drover wants the SHA-256 fingerprint']
        : []),
      ...(env['GOVC_CERTIFICATE'] ? ['GOVC_CERTIFICATE is not taken over: drover logs in with a password'] : []),
      ...(env['GOVC_DATACENTER'] ? ['what is shown is not limited to GOVC_DATACENTER'] : []),
    ],
  };
}

/** Parts of a URL are percent-encoded; a stray % is itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** govc takes the name of a file in place of a user or a password (session.Secret). */
async function contentOf(value: string | undefined, source: Source): Promise<string | undefined> {
  if (!value) return undefined;
  return (await source.isThere(value)) ? (await source.text(value))?.trim() : value;
}

const passwordReference = async (value: string, source: Source): Promise<string> =>
  (await source.isThere(value)) ? `file:${source.resolved(value)}` : 'env:GOVC_PASSWORD';

/** Lines of `host thumbprint` in the files of GOVC_TLS_KNOWN_HOSTS; the last for a host counts. */
async function knownThumbprint(host: string, source: Source): Promise<string | undefined> {
  let found: string | undefined;
  for (const file of (source.env['GOVC_TLS_KNOWN_HOSTS'] ?? '').split(delimiter).filter(Boolean)) {
    for (const line of (await source.text(file))?.split('\n') ?? []) {
      const [, name, thumbprint] = /^(\S+) (\S+)\s*$/.exec(line) ?? [];
      if (withPort(name ?? '') === withPort(host)) found = thumbprint;
    }
  }
  return found;
}

const withPort = (host: string): string => (/:\d+$/.test(host) ? host : `${host}:443`);
