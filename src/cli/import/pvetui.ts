/** pvetui's profiles, as internal/config of devnullvoid/pvetui reads them. */
import { join } from 'node:path';
import { hostText, labelOf } from './host-text.ts';
import { type Found, given, type Importer, unprotected, verifiedNow } from './plan.ts';
import { configHome, firstOf } from './source.ts';
import { type Group, readYaml } from './yaml-group.ts';

export const pvetui: Importer = {
  tool: 'pvetui',
  help: 'The profiles of ~/.config/pvetui/config.yml.',
  variables: [],
  async read(source) {
    const file = await firstOf(source, [
      join(configHome(source), 'pvetui/config.yml'),
      join(source.directory, 'config.yml'),
    ]);
    if (!file) return undefined;
    const config = await readYaml(file.path, file.text);
    const profiles = config.group('profiles');
    const sealed = config.values.has(SOPS);
    // Before there were profiles, the one server stood at the top.
    const alone = profiles.values.size === 0 && config.text('addr') !== undefined;
    const found = alone
      ? [profilePlan(labelOf(config.text('addr') ?? '') || 'proxmox', config, sealed)]
      : [...profiles.values.keys()].map((name) => profilePlan(name, profiles.group(name), sealed));
    return found.length === 0 ? undefined : found;
  },
};

/** The key that SOPS adds to a file whose values it has encrypted. */
const SOPS = 'sops';

/** What pvetui puts before a value that it has encrypted with age (encryption.go). */
const AGE = 'age1:';

function profilePlan(name: string, profile: Group, sealed: boolean): Found {
  const address = profile.text('addr');
  const user = profile.text('user');
  if (sealed) return { name, why: 'the file is encrypted with SOPS: decrypt it, or add the endpoint by hand' };
  if (address === undefined || user === undefined) return { name, why: 'it has no addr or no user' };
  const [password, secret] = [profile.text('password'), profile.text('token_secret')];
  const token = profile.text('token_id')?.split('!').at(-1);
  const byToken = token !== undefined && secret !== undefined;
  if ((byToken ? secret : password)?.startsWith(AGE)) {
    return {
      name,
      why: `pvetui has encrypted its ${byToken ? 'token secret' : 'password'} with age: add the endpoint by hand, with a reference to the secret`,
    };
  }
  const who = user.includes('@') ? user : `${user}@${profile.text('realm') ?? 'pam'}`;
  const host = addressOf(address, profile.text('api_path'));
  return {
    name,
    platform: 'proxmox',
    values: given({ host, user: who, token: byToken ? token : undefined, login: byToken ? undefined : 'password' }),
    secrets: given(byToken ? { secret } : { password }),
    where: host,
    login: byToken ? `${who}!${token}` : who,
    notes: [...(profile.flag('insecure') === true ? [verifiedNow('pvetui')] : []), ...unprotected(host)],
  };
}

const API = /\/api2\/json$/;

/** pvetui means the port of the scheme where there is none, drover 8006. `/api2/json` is drover's own. */
function addressOf(address: string, path: string | undefined): string {
  const bare = hostText(address).replace(API, '');
  const [, scheme, rest = ''] = /^(https?):\/\/(.*)$/.exec(bare) ?? [undefined, 'https', bare];
  const port = /^(\[[^\]]*\]|[^/:]*)(?=\/|$)/.test(rest) ? (scheme === 'http' ? ':80' : ':443') : '';
  const [host = '', ...folders] = rest.split('/');
  const base = path === undefined ? '' : path.replace(/\/+$/, '').replace(API, '');
  const where = [`${host}${port}`, ...folders].join('/') + base;
  return scheme === 'http' ? `http://${where}` : where;
}
