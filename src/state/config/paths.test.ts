import { expect, it } from 'vitest';
import { configFile, stateDirectory } from './paths.ts';

it.each([
  [undefined, {}, '/home/anna/.config/drover/config.yaml'],
  [undefined, { XDG_CONFIG_HOME: '/etc/xdg' }, '/etc/xdg/drover/config.yaml'],
  [undefined, { XDG_CONFIG_HOME: 'not/absolute' }, '/home/anna/.config/drover/config.yaml'],
  [undefined, { DROVER_CONFIG: '/lab/config.yaml' }, '/lab/config.yaml'],
  ['~/mine.yaml', { DROVER_CONFIG: '/lab/config.yaml' }, '/home/anna/mine.yaml'],
])('F-217 finds the configuration: --config %s, %o', (given, env, file) => {
  expect(configFile(given, env, '/home/anna')).toBe(file);
});

it('keeps its state where XDG says', () => {
  expect(stateDirectory({}, '/home/anna')).toBe('/home/anna/.local/state/drover');
  expect(stateDirectory({ XDG_STATE_HOME: '/var/s' }, '/home/anna')).toBe('/var/s/drover');
});
