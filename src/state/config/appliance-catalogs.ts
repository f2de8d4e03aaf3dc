/**
 * The `appliances:` section of the configuration: catalogs, each by its address or its file.
 *
 *     appliances:
 *       ours: https://images.example.org/catalog.json
 *       shelf: ~/appliances/feed.xml
 *       lab: { location: https://lab.example.org/feed.xml, ca: ~/lab-ca.pem }
 */
import type { ApplianceCatalog } from '../appliances/appliance.ts';
import { type Located, type LocatedMap, plainOf } from './located.ts';
import type { Problem } from './problem.ts';

export interface ApplianceCatalogs {
  readonly catalogs: readonly ApplianceCatalog[];
  readonly problems: readonly Problem[];
}

/** The catalog of vendors' cloud images, which comes with drover. */
export const CLOUD_IMAGES = 'cloud-images';

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const LOCATION = /^(https?:\/\/[^\s/]+(\/\S*)?|(\/|~\/).+)$/;

/** Never throws: a catalog with something wrong in it is left out, and reported with its place. `~/` stays as it is. */
export function readApplianceCatalogs(file: string, tree: LocatedMap): ApplianceCatalogs {
  const problems: Problem[] = [];
  const catalogs: ApplianceCatalog[] = [];
  const complain = ({ at }: Located, message: string) =>
    void problems.push({ severity: 'warning', file, at, message: `appliances: ${message}` });
  const section = tree.entries.get('appliances')?.value;
  if (!section || section.kind === 'nothing') return { catalogs, problems };
  if (section.kind !== 'map') complain(section, 'must be names of catalogs with addresses or files');
  for (const [name, { value }] of section.kind === 'map' ? section.entries : []) {
    const catalog = readCatalog(name, value);
    if (typeof catalog === 'string') complain(value, `${name}: ${catalog}`);
    else catalogs.push(catalog);
  }
  return { catalogs, problems };
}

/** The catalog, or what is wrong with it. */
function readCatalog(name: string, value: Located): ApplianceCatalog | string {
  const said = plainOf(value);
  const { location, ca, ...others } =
    typeof said === 'object' && said !== null ? (said as Record<string, unknown>) : { location: said, ca: undefined };
  const [strange] = Object.keys(others);
  if (!NAME.test(name)) return 'a name must begin with a letter or a digit, and have letters, digits, _ and - alone';
  if (name === CLOUD_IMAGES) return 'is the name of the catalog that comes with drover';
  if (strange !== undefined) return `unknown key ${JSON.stringify(strange)}: there are location and ca`;
  if (typeof location !== 'string' || !LOCATION.test(location))
    return 'location must be an address that begins with http:// or https://, or a path that begins with / or ~/';
  if (/^https?:\/\/[^/]*@/.test(location)) return 'a login does not belong into the address';
  if (ca !== undefined && typeof ca !== 'string') return 'ca must be the path of a PEM file';
  return { name, location, ...(ca !== undefined && { ca }) };
}
