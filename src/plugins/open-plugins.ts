import { dirname, join, resolve } from 'node:path';
import { FleetError, sentence } from '../errors.ts';
import type { Platform } from '../platforms/contract.ts';
import { platforms as own, type PlatformEntry } from '../platforms/registry.ts';
import { configFile, stateDirectory } from '../state/config/paths.ts';
import { isFolder, type PluginPlace, readPluginPlaces } from '../state/config/plugin-places.ts';
import type { Problem } from '../state/config/problem.ts';
import { openYaml } from '../state/config/yaml-file.ts';
import { findHome } from '../state/files/home-folder.ts';
import type { Description } from './description.ts';
import { isFirstTime } from './first-run.ts';
import { regularText } from './regular-text.ts';

export interface PluginOptions {
  /** `--config`; otherwise the environment and XDG decide. */
  readonly config: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Called once for each plugin, before it runs for the first time. */
  readonly tell: (message: string) => void;
}

/** As `compose()` takes them. */
export interface Plugins {
  /** drover's own platforms, and those of the plugins that can be used as far as it is known without running them. */
  readonly platforms: readonly PlatformEntry[];
  /** The other plugins, each with a sentence that names it. */
  readonly pluginProblems: readonly Problem[];
  /** Loads every plugin, and answers those that can't be used after all. Never rejects. */
  checkPlugins(): Promise<readonly Problem[]>;
}

/** Without any. */
export const noPlugins: Plugins = { platforms: own, pluginProblems: [], checkPlugins: async () => [] };

/**
 * Reads what the plugins of the configuration say of themselves. None of them is run: that is for `PlatformEntry.load`, when an
 * endpoint of the platform is connected or tested. Never rejects: a plugin that is broken is a problem, and the others work.
 */
export async function openPlugins({ config, env, tell }: PluginOptions): Promise<Plugins> {
  const home = findHome(env);
  if (home === undefined) return noPlugins;
  const file = configFile(config, env, home);
  // What is wrong with the file is reported when it is loaded.
  const text = await regularText(file).catch(() => undefined);
  // Few users have any: without one the file is not parsed twice.
  if (text === undefined || !/\bplugins\b/.test(text)) return noPlugins;
  const { tree, broken } = await openYaml(file, text);
  if (broken.length > 0 || tree.kind !== 'map') return noPlugins;
  const { readDescription } = await import('./description.ts');
  const isFirst = (folder: string) => isFirstTime(join(stateDirectory(env, home), 'plugins'), folder);
  const loadable: (PlatformEntry & PluginPlace)[] = [];
  const pluginProblems: Problem[] = [];
  for (const plugin of readPluginPlaces(file, tree).plugins) {
    try {
      if (own.some(({ manifest }) => manifest.id === plugin.id)) {
        throw new FleetError('config.invalid', 'that is a platform of drover’s own; give it another name');
      }
      const description = await readDescription(folderOf(plugin, dirname(file), home), plugin.id);
      loadable.push({ ...plugin, manifest: description.manifest, load: loading(description, isFirst, tell) });
    } catch (error) {
      pluginProblems.push(problemOf(file, plugin, unusable(plugin.id, error)));
    }
  }
  return {
    platforms: [...own, ...loadable],
    pluginProblems,
    async checkPlugins() {
      const found = await Promise.all(
        loadable.map((plugin) =>
          plugin.load().then(
            () => [],
            (error: unknown) => [problemOf(file, plugin, error)],
          ),
        ),
      );
      return found.flat();
    },
  };
}

const unusable = (id: string, error: unknown): FleetError =>
  new FleetError('config.invalid', `the plugin ${id} can't be used: ${sentence(error)}`, { cause: error });

const problemOf = (file: string, { at, id }: PluginPlace, error: unknown): Problem => ({
  severity: 'warning',
  file,
  at,
  message: sentence(error),
  fix: `correct it, or take ${id} out of plugins: in the configuration`,
});

/** A package is looked for beside the configuration alone: a folder above it may be anybody's. */
function folderOf({ place }: PluginPlace, beside: string, home: string): string {
  const folder = isFolder(place) ? place.replace(/^~(?=\/)/, home) : join('node_modules', place);
  return resolve(beside, folder);
}

/** The plugin runs when it is first needed; one that could not be loaded is tried again then. */
function loading(
  description: Description,
  isFirst: (folder: string) => Promise<boolean>,
  tell: PluginOptions['tell'],
): PlatformEntry['load'] {
  const { folder, manifest } = description;
  let loaded: Promise<Platform> | undefined;
  const load = async () => {
    if (await isFirst(folder)) {
      tell(`the plugin ${manifest.id} is no part of drover, and runs with all your rights: ${folder}`);
    }
    const { loadPlugin } = await import('./load-plugin.ts');
    return loadPlugin(description);
  };
  return async () => {
    loaded ??= load();
    try {
      return await loaded;
    } catch (error) {
      loaded = undefined;
      throw unusable(manifest.id, error);
    }
  };
}
