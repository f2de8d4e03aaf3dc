import { expect, it } from 'vitest';
import { cacheDirectory, configFile, stateDirectory } from './paths.ts';

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

it('keeps what can be made again where XDG says', () => {
  expect(cacheDirectory({}, '/home/anna')).toBe('/home/anna/.cache/drover');
  expect(cacheDirectory({ XDG_CACHE_HOME: '/var/c', XDG_STATE_HOME: '/s' }, '/home/anna')).toBe('/var/c/drover');
  expect(cacheDirectory({ XDG_CACHE_HOME: 'c' }, '/home/anna')).toBe('/home/anna/.cache/drover');
});

it.each([
  ['', { DROVER_CONFIG: '/lab/config.yaml' }, '/lab/config.yaml'],
  ['~', {}, '~'],
  ['a/~/b', {}, 'a/~/b'],
  ['', { DROVER_CONFIG: '~/lab.yaml' }, '/home/anna/lab.yaml'],
])('the path %j of the configuration with %o is %s', (given, env, file) => {
  expect(configFile(given, env, '/home/anna')).toBe(file);
});
