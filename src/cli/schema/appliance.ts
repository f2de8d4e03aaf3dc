import { applianceKeys } from '../../state/appliances/appliance-keys.ts';
import { CATALOG_KEYS } from '../appliances/list-commands.ts';
import { propertiesOf } from './listed.ts';
import { maybe, object, text } from './schema.ts';

export const appliance = object(
  'appliance',
  'What a catalog offers: a disk image or an archive that a template is made of.',
  propertiesOf(applianceKeys),
);

export const applianceCatalog = object(
  'appliance catalog',
  'A catalog of appliances, with what was kept of it.',
  propertiesOf(CATALOG_KEYS),
);

export const vmApplication = object(
  'vm application',
  'What a VM was made of, and where a browser finds its application.',
  {
    id: text('the id of the VM'),
    name: text('its name'),
    template: maybe(text('the template that it was made of, as GROUP/NAME')),
    appliance: maybe(text('what that was imported from, as CATALOG/NAME')),
    title: maybe(text('what its makers call it')),
    provider: maybe(text('who makes it')),
    version: maybe(text('its version')),
    application: maybe(text('the address of the application')),
    management: maybe(text('the address of the page that it is managed by')),
  },
);
