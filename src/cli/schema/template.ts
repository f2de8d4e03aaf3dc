import { VM_STATES } from '../../platforms/contract.ts';
import { count, flag, instant, list, map, maybe, object, text, word } from './schema.ts';

const own = {
  group: text('its group'),
  name: text('its name'),
  version: text('two numbers, such as 1.0'),
  platform: text('the platform that it is for, or any'),
};

export const template = object('template', 'A template of the library.', {
  ...own,
  os: maybe(text('what runs in the guest')),
  cpus: maybe(text('virtual CPUs, as written')),
  memory: maybe(text('memory, as written')),
  image: maybe(text('the image or the medium, as written')),
  changed: instant('when it was written last'),
});

export const templateInfo = object('template info', 'All that a template says.', {
  ...own,
  os: text('what runs in the guest; empty where it is not said'),
  folder: text('where it is kept'),
  older: list(text('a version'), 'older versions that are kept'),
  variables: map(text('a value'), 'its variables by name; no secrets'),
  vm: map(text('a value'), 'what VMs are made of, as written; no secrets'),
  platforms: map(map(text('a value'), 'what counts more there'), 'by platform'),
  description: text('what people read of it'),
  hasScript: flag('whether a script runs before a VM is made'),
});

export const madeVm = object('made of a template', 'A VM that was made of a template.', {
  id: text('the id of the VM'),
  template: text('the template, as GROUP/NAME'),
  version: text('the version that it was made of'),
  isOld: flag('whether the template has a newer version now'),
  name: text('the name of the VM'),
  endpoint: text('its endpoint'),
  state: word(VM_STATES, 'its state'),
});

export const templateGroup = object('template group', 'A group of the template library.', {
  name: text('its name'),
  templates: count('how many templates it has'),
});
