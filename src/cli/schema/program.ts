import { count, flag, list, map, maybe, object, text, word } from './schema.ts';

const poolRow = {
  id: text('drover’s own id'),
  name: text('its name'),
  kind: word(['user', 'platform'], 'who made it'),
  parent: maybe(text('the pool that it is in')),
  readOnly: flag('whether changes in it are refused'),
  nodes: list(text('a node'), 'names of its nodes'),
};

export const pool = object('pool', 'A pool: one of the configuration, or one that a platform reports.', {
  ...poolRow,
  vms: count('VMs in it'),
  running: count('VMs that run'),
});

export const poolInfo = object('pool info', 'A pool of the configuration, with its variables.', {
  ...poolRow,
  variables: map(text('a value'), 'its variables by name'),
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
