import { poolSpec } from '../../state/watched-specs.ts';
import { propertiesOf } from './listed.ts';
import { list, map, maybe, object, text, word } from './schema.ts';

export const poolInfo = object('pool info', 'A pool of the configuration, with its variables.', {
  ...propertiesOf(poolSpec.keys.filter(({ id }) => id !== 'vms' && id !== 'running')),
  variables: map(text('a value'), 'its variables by name'),
});

export const profile = object('profile', 'What new VMs are made of under a name.', {
  name: text('its name'),
  from: word(['configuration', 'kcli'], 'where it stands'),
  base: maybe(text('the profile that it begins with')),
  values: map({}, 'what it says with its base, as written: words and units are kcli’s, or names of flags; no secrets'),
});

export const platform = object('platform', 'A platform that drover knows.', {
  id: text('the word for it in the configuration'),
  title: text('its name'),
  tier: word(['core', 'preview', 'demo'], 'how far it is'),
  summary: text('what it is'),
  needs: maybe(list(text('an npm package'), 'packages that must be installed beside drover')),
});

export const finding = object('finding', 'One thing that `drover doctor` looked at.', {
  about: text('what it is about'),
  state: word(['ok', 'warning', 'failed'], 'how it is'),
  detail: text('what was found, for people'),
  fix: maybe(text('what to do about it, for people')),
});

export const version = object('version', 'The program itself.', {
  version: text('of drover'),
  node: text('of Node'),
  system: text('operating system and processor'),
});
