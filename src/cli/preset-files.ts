/** Named sets of what new VMs are made of, as the configuration has them, else kcli's own files, each value with its place. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { App } from '../compose.ts';
import { emptyMap, type Located, locate, plainOf } from '../state/config/located.ts';
import type { Position } from '../state/config/problem.ts';
import { findHome } from '../state/files/home-folder.ts';
import { type Preset, writtenOf } from '../state/presets/preset.ts';
import { type GivenFiles, placeIn } from './given-files.ts';

export interface Profile {
  readonly from: 'configuration' | 'kcli';
  readonly says: Preset;
}

export interface Rule {
  /** Names of VMs begin with it. */
  readonly pattern: string;
  readonly where: string;
  readonly says: Preset;
}

export interface Presets {
  /** What every VM is made of that nothing else is said of. */
  readonly defaults: Preset;
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly flavors: ReadonlyMap<string, Preset>;
  readonly rules: readonly Rule[];
  /** VMs are made by rules alone, and a rule has no key of its own. */
  readonly strict: boolean;
}

interface Source {
  readonly file: string;
  readonly tree: Located;
}

export async function readPresets(app: Pick<App, 'config' | 'configPath'>, files: GivenFiles): Promise<Presets> {
  const own: Source = { file: app.configPath, tree: app.config().file };
  const [profiles, flavors, config] = await Promise.all(
    ['profiles.yml', 'flavors.yml', 'config.yml'].map((name) => fileOfKcli(name, files)),
  );
  const below = (source: Source | undefined, ...path: readonly string[]): Source => {
    const tree = source && locate(source.tree, path);
    return { file: source?.file ?? '', tree: tree ?? emptyMap };
  };
  const isOn = ({ tree }: Source) => plainOf(tree) === true;
  return {
    defaults: presetIn(below(own, 'defaults', 'vm')),
    profiles: new Map([...profilesIn(below(profiles), 'kcli'), ...profilesIn(below(own, 'profiles'), 'configuration')]),
    flavors: new Map([...presetsIn(below(flavors)), ...presetsIn(below(own, 'flavors'))]),
    rules: [...rulesIn(below(config, 'default', 'vmrules')), ...rulesIn(below(own, 'rules'))],
    strict: isOn(below(own, 'rules-strict')) || isOn(below(config, 'default', 'vmrules_strict')),
  };
}

const saidAt = (file: string, key: string, at: Position): string => `${key} (${placeIn(file, at)})`;

const presetIn = ({ file, tree }: Source): Preset =>
  new Map(
    tree.kind === 'map'
      ? [...tree.entries].map(([key, { at, value }]) => [
          key,
          { value: writtenOf(value), where: saidAt(file, key, at) },
        ])
      : [],
  );

const presetsIn = ({ file, tree }: Source): readonly (readonly [name: string, Preset])[] =>
  tree.kind === 'map'
    ? [...tree.entries].flatMap(([name, { value }]) =>
        value.kind === 'map' ? [[name, presetIn({ file, tree: value })] as const] : [],
      )
    : [];

const profilesIn = (source: Source, from: Profile['from']): readonly (readonly [name: string, Profile])[] =>
  presetsIn(source).map(([name, says]) => [name, { from, says }]);

const rulesIn = ({ file, tree }: Source): readonly Rule[] =>
  tree.kind === 'list'
    ? tree.items.flatMap((rule) =>
        rule.kind === 'map'
          ? [...rule.entries].map(([pattern, { at, value }]) => ({
              pattern,
              where: saidAt(file, pattern, at),
              says: presetIn({ file, tree: value }),
            }))
          : [],
      )
    : [];

/** Undefined where there is none. */
async function fileOfKcli(name: string, files: GivenFiles): Promise<Source | undefined> {
  const home = findHome(process.env);
  const path = home && join(home, '.kcli', name);
  if (path === undefined || !(await isFile(path))) return undefined;
  return { file: path, tree: await files.yaml(path) };
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (one) => one.isFile(),
    () => false,
  );
