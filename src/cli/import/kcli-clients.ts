/** A client of kcli as an endpoint: keys and defaults of each type as kvirt/config.py (Kconfig.__init__) has them. */

import { uriProblem } from '../../platforms/kvm/user-files/uri.ts';
import { hostText } from './host-text.ts';
import type { Maker } from './kcli-maker.ts';
import { kcliOpenstack } from './kcli-openstack.ts';
import { verifying } from './libvirt-uri.ts';
import { type Found, given, verifiedNow } from './plan.ts';
import type { Source } from './source.ts';
import type { Group } from './yaml-group.ts';

const kvm: Maker = async (name, options, source) => {
  const session = options.flag('session') === true;
  const driver = session ? 'qemu:///session' : undefined;
  const common = { name, platform: 'kvm', secrets: {} };
  const url = options.text('url');
  if (url !== undefined) {
    const uri = verifying(url);
    const problem = uriProblem(uri);
    if (problem !== undefined) return { name, why: `drover can't follow its url: ${problem}` };
    return { ...common, values: { uri }, where: uri, login: '-', notes: [] };
  }
  const host = options.text('host') ?? '127.0.0.1';
  if (host === '127.0.0.1' || host === 'localhost') {
    const values = given({ transport: 'unix', driver });
    return { ...common, values, where: 'this machine', login: '-', notes: [] };
  }
  const transport = options.text('protocol') ?? 'ssh';
  const port = Number(options.text('port') ?? Number.NaN);
  const isOther = Number.isInteger(port) && !(transport === 'ssh' && port === 22);
  const user = transport === 'ssh' ? (options.text('user') ?? 'root') : undefined;
  const values = given({
    transport,
    host: host.replace(/^\[|\]$/g, ''),
    port: isOther ? port : undefined,
    user,
    key: transport === 'ssh' ? await ownKey(source) : undefined,
    socket: transport === 'ssh' && options.flag('legacy') === true ? '/var/run/libvirt/libvirt-sock' : undefined,
    driver,
  });
  const notes = transport === 'tcp' ? ['TCP is not protected: drover connects only once it has insecure: true'] : [];
  return { ...common, values, where: isOther ? `${host}:${port}` : host, login: user ?? '-', notes };
};

/** kcli prefers a key of its own folder; those of ~/.ssh are tried anyway. */
async function ownKey(source: Source): Promise<string | undefined> {
  for (const kind of ['ed25519', 'ecdsa', 'dsa', 'rsa']) {
    const path = `~/.kcli/id_${kind}`;
    if ((await source.isThere(path)) && (await source.isThere(`${path}.pub`))) return path;
  }
  return undefined;
}

const proxmox: Maker = (name, options) => {
  const host = hostText(options.text('host') ?? '127.0.0.1');
  const user = options.text('user');
  const [token, password] = [options.text('auth_token_name'), options.text('password')];
  const login = token === undefined ? { login: 'password' } : { token };
  return {
    name,
    platform: 'proxmox',
    values: given({ host, user, ...login }),
    secrets: given(token === undefined ? { password } : { secret: options.text('auth_token_secret') }),
    where: host,
    login: token === undefined ? (user ?? '-') : `${user}!${token}`,
    notes: options.flag('verify_ssl') === false ? [verifiedNow('kcli')] : [],
  };
};

const vsphere: Maker = (name, options) => {
  const url = hostText(options.text('host') ?? '127.0.0.1');
  const user = options.text('user');
  const scope = ['datacenter', 'cluster'].filter((key) => options.text(key) !== undefined);
  return {
    name,
    platform: 'vsphere',
    values: given({ url, user }),
    secrets: given({ password: options.text('password') }),
    where: url,
    login: user ?? '-',
    notes: [
      verifiedNow('kcli'),
      ...(scope.length > 0 ? [`what is shown is not limited to its ${scope.join(' and ')}`] : []),
    ],
  };
};

const aws: Maker = (name, options) => {
  const region = options.text('region') ?? 'eu-west-3';
  const id = options.text('access_key_id');
  if (id === undefined) return { name, why: 'it has no access_key_id' };
  const token = options.text('session_token');
  return {
    name,
    platform: 'aws',
    values: { region, 'access-key-id': id },
    secrets: given({ 'secret-access-key': options.text('access_key_secret'), 'session-token': token }),
    where: region,
    login: id,
    notes: token === undefined ? [] : ['its session token expires; a profile of the AWS tools is renewed by them'],
  };
};

const group: Maker = (name, options) => ({
  name,
  why: `it is a group of other clients (${options.words('members').join(', ')}): drover pool add makes a pool for them`,
});

/** kcli takes a client without a type for KVM. */
const MAKERS: ReadonlyMap<string, Maker> = new Map([
  ['kvm', kvm],
  ['proxmox', proxmox],
  ['vsphere', vsphere],
  ['openstack', kcliOpenstack],
  ['aws', aws],
  ['group', group],
]);

/** The endpoint for one client; `options` are its own keys over those of the default section, secrets in place. */
export async function clientPlan(name: string, options: Group, source: Source): Promise<Found> {
  if (options.text('host')?.startsWith('http')) return { name, why: 'its host is a URL, which kcli does not take' };
  const type = options.text('type') ?? 'kvm';
  const made = await MAKERS.get(type)?.(name, options, source);
  if (!made) return { name, why: `drover has no platform for kcli's type ${type}` };
  return 'values' in made && options.flag('enabled') === false
    ? { ...made, values: { ...made.values, enabled: false }, notes: [...made.notes, 'it is disabled, as in kcli'] }
    : made;
}
