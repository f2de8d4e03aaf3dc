import { poolSpec } from '../../state/watched-specs.ts';
import { propertiesOf } from './listed.ts';
import { amount, count, list, map, maybe, object, size, text, word } from './schema.ts';

export const poolInfo = object('pool info', 'A pool of the configuration, with its variables.', {
  ...propertiesOf(poolSpec.keys.filter(({ id }) => id !== 'vms' && id !== 'running')),
  variables: map(text('a value'), 'its variables by name'),
});

const place = object('place', 'What storages come to, each counted once.', {
  count: count('those that can be used'),
  size: size('how large those are together that say so'),
  used: size('what is in use of it'),
});

export const poolSummary = object('pool summary', 'What the nodes and VMs of a pool, or of the whole fleet, come to.', {
  name: maybe(text('the pool; null for the whole fleet')),
  nodes: count('nodes'),
  nodesUp: count('nodes that are up'),
  vms: count('VMs'),
  running: count('VMs that run'),
  paused: count('VMs that are paused'),
  crashed: count('VMs that have crashed'),
  nodeStates: map(count('nodes'), 'nodes by state'),
  vmStates: map(count('VMs'), 'VMs by state'),
  cpus: maybe(count('CPUs of the nodes')),
  memory: maybe(size('memory of the nodes')),
  cpu: maybe(amount('CPU load now, in percent of those CPUs')),
  memoryUsed: maybe(size('memory of the nodes in use, caches not counted')),
  vcpus: maybe(count('virtual CPUs of the VMs that are on')),
  vmCpu: maybe(amount('what those VMs take of the CPUs of the nodes now, in percent')),
  vmMemory: maybe(size('memory that those VMs were given')),
  vmStorage: maybe(size('what the disks of all VMs can hold, where that is known of all of them')),
  vmSharedStorage: maybe(size('what of that several nodes reach, where that is known of all of them')),
  vmLocalStorage: maybe(size('what of that one node alone reaches, where that is known of all of them')),
  vmDiskCount: maybe(count('how many disks all VMs have, where that is known of all of them')),
  vmNicCount: maybe(count('how many network cards all VMs have, where that is known of all of them')),
  diskRead: maybe(amount('bytes per second from the disks of the VMs')),
  diskWrite: maybe(amount('bytes per second to the disks of the VMs')),
  netRx: maybe(amount('bytes per second that the VMs receive')),
  netTx: maybe(amount('bytes per second that the VMs send')),
  storage: maybe(place),
  sharedStorage: maybe(place),
  platforms: map(count('nodes'), 'nodes by platform'),
  versions: map(count('nodes'), 'nodes by what runs the VMs'),
  systems: map(count('nodes'), 'nodes by operating system, as far as it is known'),
  missing: list(text('an endpoint'), 'endpoints that did not answer, whose nodes and VMs are not counted'),
});

export const profile = object('profile', 'What new VMs are made of under a name.', {
  name: text('its name'),
  from: word(['configuration', 'kcli'], 'where it stands'),
  base: maybe(text('the profile that it begins with')),
  values: map({}, 'what it says with its base, as written: words and units are kcli’s, or names of flags; no secrets'),
});

export const plan = object('plan', 'A plan, as far as the VMs that were made by it tell.', {
  plan: text('its name'),
  endpoints: list(text('an endpoint'), 'where they are'),
  running: count('how many of them run'),
  vms: list(text('a name'), 'names of its VMs'),
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
