/** The `appliance:` of a template: what it was imported from, and where its application is reached in a VM of it. */
import { type ApplicationDetails, DETAILS, detailsIn } from '../appliances/application.ts';
import { type Located, plainOf } from '../config/located.ts';

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
  const said = plainOf(found);
  if (typeof said !== 'object' || said === null || Array.isArray(said))
    return `appliance must be keys with values, of ${[...WORDS, ...DETAILS].join(', ')}`;
  const words = said as Readonly<Record<string, unknown>>;
  const strange = Object.keys(words).find((key) => ![...WORDS, ...DETAILS].some((known) => known === key));
  if (strange !== undefined) return `appliance has no ${JSON.stringify(strange)}`;
  const details = detailsIn((key) => words[key]);
  if (typeof details === 'string') return `appliance: ${details}`;
  if (details.host !== undefined) return 'appliance: the host is that of each VM';
  const text = (key: (typeof WORDS)[number]) => String(words[key] ?? '');
  return { name: text('name'), title: text('title'), provider: text('provider'), version: text('version'), details };
}
