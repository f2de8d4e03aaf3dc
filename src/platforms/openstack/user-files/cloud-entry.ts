/** One cloud out of clouds.yaml, with all that openstacksdk adds to it (openstack/config/loader.py, get_one). */
import { FleetError } from '../../../errors.ts';
import { isMapping, type Mapping, mappingIn, type Value, wordIn } from '../../user-files/value.ts';
import { authOf } from './cloud-auth.ts';
import type { CloudsFile, CloudsFiles } from './clouds-files.ts';

/** How one service is looked up in the catalog, or where it is instead. */
export interface ServiceChoice {
  readonly region: string | undefined;
  /** In the order of preference. */
  readonly interfaces: readonly string[];
  /** In place of what the catalog says. */
  readonly url: string | undefined;
  readonly type: string | undefined;
  readonly name: string | undefined;
}

/** Services by the names that their keys begin with, the official one first (service-types-authority). */
const PREFIXES = {
  compute: ['compute'],
  image: ['image'],
  network: ['network'],
  volume: ['block_storage', 'volumev3', 'volumev2', 'volume', 'block_store'],
  dns: ['dns'],
  metric: ['metric'],
  object: ['object_store', 'object'],
} as const;
export type ServiceKind = keyof typeof PREFIXES;

export interface CloudEntry {
  /** For sentences: `devstack in /etc/openstack/clouds.yaml`. */
  readonly said: string;
  /** Keys of the auth section in their present names: `auth_url`, `project_name` … */
  readonly auth: Readonly<Record<string, string>>;
  readonly authType: string | undefined;
  readonly region: string | undefined;
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  /** The file says that certificates are not to be looked at. */
  readonly unverified: boolean;
  service(kind: ServiceKind): ServiceChoice;
}

/** Names of the clouds that a clouds.yaml has, with those of its secure.yaml. */
export const cloudNames = ({ clouds, secure }: Pick<CloudsFiles, 'clouds' | 'secure'>): readonly string[] =>
  clouds ? [...cloudsOf(clouds, secure).keys()] : [];

const cloudsOf = (clouds: CloudsFile, secure: CloudsFile | undefined): Mapping =>
  mappingIn(secure ? merged(clouds.content, secure.content) : clouds.content, 'clouds');

/** The names of its regions, in order; none where it has none. Throws config.invalid when there is no such cloud. */
export function regionNames(name: string, files: CloudsFiles): readonly string[] {
  const { own, profile } = layersOf(name, files);
  return regionsOf(own, profile ?? new Map()).flatMap((region) => (region.name === '' ? [] : region.name));
}

/** Throws config.invalid when there is no such cloud, region or profile. `region` beats the file's. */
export function readCloud(name: string, files: CloudsFiles, region: string | undefined): CloudEntry {
  const { said, own, profile } = layersOf(name, files);
  if (!profile) {
    if (files.vendors instanceof FleetError) throw files.vendors;
    throw new FleetError('config.invalid', `${said}: its profile ${profileName(own)} is not known here`, {
      fix: 'write the auth_url of that cloud beside the login, or the profile into clouds-public.yaml',
    });
  }
  const chosen = chooseRegion(regionsOf(own, profile), region, said);
  const layers = [DEFAULTS, profile, own, withoutNull(chosen.values)];
  const raw = new Map(layers.reduce(overlaid));
  raw.delete('regions');
  raw.set('region_name', chosen.name);
  const renamed = withInterfaces(raw);
  const auth = authOf(renamed);
  const config = normalized(renamed);
  const word = (key: string) => expanded(wordIn(config, key), config, said);
  const ofService = (kind: ServiceKind, key: string): Value | undefined =>
    PREFIXES[kind]
      .map((prefix) => config.get(`${prefix}_${key}`))
      .find((value) => value !== undefined && value !== null);
  const wordOf = (value: Value | undefined) =>
    expanded(typeof value === 'string' && value !== '' ? value : undefined, config, said);
  const verify = config.get('verify');
  const authUrl = expanded(auth['auth_url'], config, said);
  return {
    said,
    auth: authUrl === undefined ? auth : { ...auth, auth_url: authUrl },
    authType: wordIn(config, 'auth_type'),
    region: word('region_name'),
    ca: word('cacert') ?? (typeof verify === 'string' ? wordOf(verify) : undefined),
    cert: word('cert'),
    key: word('key'),
    unverified: verify === false || verify === '' || isTrue(config.get('insecure')),
    service: (kind) => ({
      region: wordOf(ofService(kind, 'region_name') ?? config.get('region_name')),
      interfaces: interfacesOf(ofService(kind, 'interface') ?? config.get('interface'), said),
      url: wordOf(ofService(kind, 'endpoint_override')) ?? wordOf(ofService(kind, 'endpoint')),
      type: wordOf(ofService(kind, 'service_type')),
      name: wordOf(ofService(kind, 'service_name')),
    }),
  };
}

const DEFAULTS: Mapping = new Map([
  ['auth_type', 'password'],
  ['interface', 'public'],
]);

/** What a cloud says itself, and what its profile says for it. */
function layersOf(name: string, files: CloudsFiles) {
  const { clouds, secure, looked } = files;
  if (!clouds) {
    throw new FleetError('config.invalid', `there is no clouds.yaml that has ${name}`, {
      fix: `looked for ${looked.filter((path) => path.endsWith('.yaml') || looked.length === 1).join(', ')}`,
    });
  }
  const said = `${name} in ${clouds.path}`;
  const own = cloudsOf(clouds, secure).get(name);
  if (!isMapping(own)) {
    const known = cloudNames(files);
    throw new FleetError('config.invalid', `${clouds.path} has no cloud ${name}`, {
      fix: known.length === 0 ? 'it has none at all' : `it has ${known.join(', ')}`,
    });
  }
  return { said, own, profile: profileOf(own, files) };
}

const profileName = (own: Mapping): string | undefined => wordIn(own, own.has('profile') ? 'profile' : 'cloud');

/** Undefined: it is not known, and the cloud can't be reached without it. drover has none of those of openstacksdk. */
function profileOf(own: Mapping, { vendors }: CloudsFiles): Mapping | undefined {
  const name = profileName(own);
  if (name === undefined) return new Map();
  const found = vendors && 'content' in vendors ? mappingIn(vendors.content, 'public-clouds').get(name) : undefined;
  if (isMapping(found)) return found;
  return wordIn(mappingIn(own, 'auth'), 'auth_url') === undefined ? undefined : new Map();
}

/** secure.yaml lies over clouds.yaml, however deep. */
function merged(under: Mapping, over: Mapping): Mapping {
  const result = new Map(under);
  for (const [key, value] of over) {
    const below = result.get(key);
    result.set(key, isMapping(value) && isMapping(below) ? merged(below, value) : value);
  }
  return result;
}

/** A layer over another one; of all sections only `auth` is mixed. */
const overlaid = (under: Mapping, over: Mapping): Mapping =>
  new Map([...under, ...over, ['auth', new Map([...mappingIn(under, 'auth'), ...mappingIn(over, 'auth')])]]);

const withoutNull = (values: Mapping): Mapping => new Map([...values].filter(([, value]) => value !== null));

const normalized = (values: Mapping): Mapping =>
  new Map([...values].map(([key, value]) => [key.replaceAll('-', '_'), isMapping(value) ? normalized(value) : value]));

/** `endpoint_type` is the old word for `interface`, also for one service. Of both the later one counts. */
const withInterfaces = (values: Mapping): Mapping =>
  new Map([...values].map(([key, value]) => [key.replace(/endpoint_type$/, 'interface'), value]));

interface Region {
  readonly name: string;
  readonly values: Mapping;
}

/** `regions` may have settings of their own; an old form is commas in `region_name`. */
function regionsOf(own: Mapping, profile: Mapping): readonly Region[] {
  const mine = normalized(own);
  const [listed, named] = [mine.get('regions'), mine.get('region_name')];
  if (Array.isArray(listed)) return listed.map(regionOf);
  if (Array.isArray(named)) return named.map(regionOf);
  if (typeof named === 'string') return named.split(',').map(regionOf);
  const [offered, alone] = [profile.get('regions'), wordIn(profile, 'region_name')];
  if (Array.isArray(offered) && offered.length > 0) return offered.map(regionOf);
  return alone === undefined ? [] : [regionOf(alone)];
}

const regionOf = (item: Value): Region =>
  isMapping(item)
    ? { name: wordIn(item, 'name') ?? '', values: mappingIn(item, 'values') }
    : { name: String(item ?? ''), values: new Map() };

/** Without a wish the first one counts. */
function chooseRegion(regions: readonly Region[], wish: string | undefined, said: string): Region {
  const [first] = regions;
  if (!first) return { name: wish ?? '', values: new Map() };
  const found = wish === undefined ? first : regions.find(({ name }) => name === wish);
  if (found) return found;
  throw new FleetError('config.invalid', `${said} has no region ${wish}`, {
    fix: `it has ${regions.map(({ name }) => name).join(', ')}; capitals count`,
  });
}

const isTrue = (value: Value | undefined): boolean => value === true || String(value).toLowerCase() === 'true';

function interfacesOf(value: Value | undefined, said: string): readonly string[] {
  if (value === undefined || value === null || value === '') return ['public'];
  const words: readonly Value[] = Array.isArray(value) ? value : [value as Value];
  const known = words.flatMap((word) => (typeof word === 'string' ? word.replace(/URL$/, '') : []));
  if (known.length === words.length && known.length > 0) return known;
  throw new FleetError('config.invalid', `${said}: its interface is neither a word nor a list of words`);
}

/** Words may refer to other keys of the cloud: `https://{region_name}.example.org`. */
function expanded(word: string | undefined, config: Mapping, said: string): string | undefined {
  return word?.replace(/\{\{|\}\}|\{(\w+)\}/g, (whole, key: string | undefined) => {
    if (key === undefined) return whole.slice(1);
    const value = config.get(key);
    if (typeof value === 'string') return value;
    throw new FleetError('config.invalid', `${said}: it refers to {${key}}, which it does not have`);
  });
}
