/** The `appliance:` of a template: what it was imported from, and where its application is reached in a VM of it. */
import { type ApplicationDetails, DETAILS, detailsIn } from '../appliances/application.ts';
import { type Located, locate, plainOf } from '../config/located.ts';

/** Texts are empty where nothing is said. */
export interface TemplateAppliance {
  /** `CATALOG/NAME`, or the name alone of one that was imported by its address. */
  readonly name: string;
  readonly title: string;
  readonly provider: string;
  readonly version: string;
  readonly details: ApplicationDetails;
}

const WORDS = ['name', 'title', 'provider', 'version'] as const;

/** What is wrong comes as a sentence without a full stop. */
export function applianceIn(found: Located): TemplateAppliance | string {
  if (found.kind !== 'map') return `appliance must be keys with values, of ${[...WORDS, ...DETAILS].join(', ')}`;
  const strange = [...found.entries.keys()].find((key) => ![...WORDS, ...DETAILS].some((known) => known === key));
  if (strange !== undefined) return `appliance has no ${JSON.stringify(strange)}`;
  const mistaken = WORDS.find((key) => ['map', 'list'].includes(locate(found, [key])?.kind ?? ''));
  if (mistaken !== undefined) return `appliance: ${mistaken} must be one text`;
  const details = detailsIn((key) => plainOf(locate(found, [key])));
  if (typeof details === 'string') return `appliance: ${details}`;
  if (details.host !== undefined) return 'appliance: the host is that of each VM';
  // As it is written: a version 2.10 is no number.
  const text = (key: (typeof WORDS)[number]) => {
    const value = locate(found, [key]);
    return value?.kind === 'scalar' ? value.text : '';
  };
  return { name: text('name'), title: text('title'), provider: text('provider'), version: text('version'), details };
}
