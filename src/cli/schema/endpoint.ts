import { count, flag, list, map, maybe, object, type Schema, text, word } from './schema.ts';

const row = {
  name: text('its name, which every command takes'),
  platform: text('its platform'),
  enabled: flag('whether drover connects to it'),
  readOnly: flag('whether changes through it are refused'),
  address: text('where it points'),
};

export const endpoint = object('endpoint', 'A configured endpoint in a list.', {
  ...row,
  current: flag('whether things are made on it where none is named'),
  answers: maybe(flag('with `--test`: whether it answered')),
  error: maybe(text('what is wrong with it')),
});

const value: Schema = {
  type: ['string', 'number', 'boolean'],
  description: 'sizes in bytes; a secret only as its reference',
};

export const endpointInfo = object('endpoint info', 'A configured endpoint with its fields.', {
  ...row,
  filter: maybe(text('which of its VMs are there for drover; null for all')),
  error: maybe(text('what is wrong with it')),
  values: map(value, 'its fields by the names that the configuration and the flags have; secrets are hidden'),
});

export const check = object('check', 'One prerequisite of an endpoint, in the order in which they were looked at.', {
  check: text('what was looked at'),
  ok: flag('whether it is as it should be'),
  detail: text('what was found, for people'),
  fix: maybe(text('what to do about it, for people')),
  code: maybe(text('why it failed, for programs: a code of drover')),
});

export const importedVm = object('imported VM', 'The configuration file of a VM, as a template of drover.', {
  file: text('its path'),
  name: maybe(text('the template, as GROUP/NAME')),
  status: word(['new', 'there already', 'refused'], 'what becomes of it'),
  memory: maybe(count('MiB')),
  vcpus: maybe(count('virtual CPUs')),
  disks: list(text('a path on the node'), 'its disks'),
  nics: list(text('a bridge or a network'), 'what its NICs are plugged into'),
  why: maybe(text('why it is refused, for people')),
  notes: list(text('a sentence'), 'what is otherwise than it was there, for people'),
  written: flag('whether this run has written it'),
});

export const imported = object('import', 'An endpoint that another tool has, as drover would take it.', {
  name: text('what it is called in drover'),
  status: text('`new`, or why it is not'),
  platform: maybe(text('its platform')),
  where: maybe(text('where it points')),
  login: maybe(text('who logs in')),
  secrets: map(text('`copied`, or where it is kept'), 'its secrets by field'),
  why: maybe(text('why it is left out, for people')),
  notes: list(text('a sentence'), 'what differs from the other tool, for people'),
  values: map(value, 'its fields; secrets are references'),
  written: flag('whether this run has saved it'),
});
