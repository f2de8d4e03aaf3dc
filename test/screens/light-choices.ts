/** A stage whose configuration and themes are the test's: what is chosen there is kept and followed. */
import type { Services } from '../../src/actions/services.ts';
import { interpret } from '../../src/state/config/interpret.ts';
import type { Config } from '../../src/state/config/model.ts';
import { openYaml } from '../../src/state/config/yaml-file.ts';
import type { Theme } from '../../src/state/theme/theme.ts';
import { type LightOptions, openStage } from './light-stage.tsx';
import { look } from './painted.ts';

export const themeNamed = (name: string): Theme => ({ ...look.theme, name });
export const configWith = async (text: string): Promise<Config> =>
  interpret('config.yaml', (await openYaml('config.yaml', text)).tree, new Map()).config;
const EMPTY = await configWith('');

export function openChoices(
  options: LightOptions & { readonly changeConfig?: () => Promise<boolean>; readonly themes?: readonly string[] } = {},
) {
  const changes: unknown[] = [];
  const mice: boolean[] = [];
  const config: { now: Config } = { now: EMPTY };
  const changeConfig = async (change: unknown) => {
    changes.push(change);
    return options.changeConfig ? options.changeConfig() : true;
  };
  const light = openStage({
    ...options,
    services: { changeConfig, config: () => config.now, ...options.services } as Partial<Services>,
    terminal: { setMouse: (on) => void mice.push(on), ...options.terminal },
  });
  const loads: { name: string; resolve: () => void; reject: (error: Error) => void }[] = [];
  const stage = Object.assign(light.stage, {
    themes: {
      names: async () => options.themes ?? ['dark', 'words', 'light'],
      load: (name: string) =>
        new Promise<Theme>(
          (resolve, reject) => void loads.push({ name, resolve: () => resolve(themeNamed(name)), reject }),
        ),
    },
  });
  return { ...light, stage, changes, mice, config, loads, tone: () => stage.message.current?.tone };
}
