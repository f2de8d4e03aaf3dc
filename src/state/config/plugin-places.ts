/**
 * The `plugins:` section of the configuration: platforms that are not drover's own, by the word that endpoints say for them.
 *
 *     plugins:
 *       qemu: ~/drover/qemu          a folder: its path begins with /, ~/, ./ or ../ (from the configuration's folder on)
 *       nutanix: drover-nutanix      an npm package in node_modules beside the configuration
 */
import type { Located, LocatedMap } from './located.ts';
import type { Position, Problem } from './problem.ts';

export interface PluginPlace {
  readonly id: string;
  /** As it stands in the file. */
  readonly place: string;
  readonly at: Position;
}

export interface PluginPlaces {
  readonly plugins: readonly PluginPlace[];
  readonly problems: readonly Problem[];
}

const ID = /^[a-z][a-z0-9-]{0,31}$/;
const FOLDER = /^(\/|~\/|\.\.?\/)/;
const PACKAGE = /^(@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/;

export const isFolder = (place: string): boolean => FOLDER.test(place);

/** Never throws: a line that can't be taken is left out, and reported with its place. */
export function readPluginPlaces(file: string, tree: LocatedMap): PluginPlaces {
  const plugins: PluginPlace[] = [];
  const problems: Problem[] = [];
  const complain = ({ at }: Located, message: string) =>
    void problems.push({ severity: 'warning', file, at, message: `plugins: ${message}` });
  const section = tree.entries.get('plugins')?.value;
  if (!section || section.kind === 'nothing') return { plugins, problems };
  if (section.kind !== 'map')
    complain(section, 'must be names of platforms, each with a folder or a package behind it');
  for (const [id, { value }] of section.kind === 'map' ? section.entries : []) {
    const place = value.kind === 'scalar' ? value.text : '';
    if (!ID.test(id))
      complain(value, `${JSON.stringify(id)} can't be the name of a platform: small letters, digits, dashes`);
    else if (isFolder(place) || PACKAGE.test(place)) plugins.push({ id, place, at: value.at });
    else
      complain(value, `${id} must be the path of a folder (beginning with /, ~/ or ./), or the name of an npm package`);
  }
  return { plugins, problems };
}
