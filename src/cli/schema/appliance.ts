import { applianceKeys } from '../../state/appliances/appliance-keys.ts';
import { CATALOG_KEYS } from '../appliances/list-commands.ts';
import { propertiesOf } from './listed.ts';
import { object } from './schema.ts';

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
