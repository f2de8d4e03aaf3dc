/** The application in a VM that was made of an appliance: where it is, and what the user says of that. */
import { FleetError } from '../../errors.ts';
import { endpointOf } from '../../ids.ts';
import type { Field, Settings, Vm } from '../../platforms/contract.ts';
import {
  type ApplicationDetails,
  DETAILS,
  detailsIn,
  detailsOfVendor,
  HIGHEST_PORT,
  leadsToVm,
  PATH,
  PROTOCOLS,
  pagesOf,
} from '../../state/appliances/application.ts';
import { ownDetails } from '../../state/config/applications.ts';
import type { ConfigChange } from '../../state/config/change.ts';
import type { TemplateAppliance } from '../../state/templates/read-appliance.ts';
import { spellTemplate, templateOfProfile } from '../../state/templates/template.ts';
import type { Services } from '../services.ts';

export type Page = 'application' | 'management';

export interface VmApplication {
  /** `GROUP/NAME` of the template that the VM was made of; undefined for any other VM. */
  readonly template: string | undefined;
  /** What that template was imported from; undefined also when it is in the library no more. */
  readonly appliance: TemplateAppliance | undefined;
  /** What the user has said of this VM. */
  readonly own: ApplicationDetails | undefined;
  /** Addresses for a browser, as far as they are known. */
  readonly pages: Readonly<Partial<Record<Page, string>>>;
}

/** Looks into the library, and asks the endpoint for the VM's address now. Rejects as `vm.info` does. */
export async function applicationOf(vm: Vm, services: Services, signal: AbortSignal): Promise<VmApplication> {
  const made = templateOfProfile(vm.profile);
  const template = made && spellTemplate(made);
  const { templates } = await services.templates().scan();
  const appliance = templates.find((one) => spellTemplate(one) === template)?.appliance;
  const own = ownDetails(services.config().file, vm);
  if (!appliance && !own) return { template, appliance, own, pages: {} };
  const details = { ...detailsOfVendor(appliance?.provider ?? ''), ...appliance?.details, ...own };
  const host = details.host ?? (await addressOf(vm, services, signal));
  const { application, management } = (host === undefined ? undefined : pagesOf(details, host)) ?? {};
  return {
    ...{ template, appliance, own },
    pages: { ...(application !== undefined && { application }), ...(management !== undefined && { management }) },
  };
}

/** The preferred one, as its endpoint says now; while that is not connected, as it was last seen. */
async function addressOf(vm: Vm, { sessions }: Services, signal: AbortSignal): Promise<string | undefined> {
  const info = await sessions.connection(endpointOf(vm.id))?.vm.info(vm.id, signal);
  return (info?.row?.ips ?? vm.ips).find(leadsToVm);
}

const FIX =
  'say where it is: drover vm application-details NAME, or "Specify details of the application" on the screen';

/** The address of one page. Throws op.refused with what is not known. */
export function pageOf(page: Page, { name }: Vm, { appliance, own, pages }: VmApplication): string {
  const address = pages[page];
  if (address !== undefined) return address;
  if (!appliance && !own)
    throw new FleetError('op.refused', `${name} is not known to be made of an appliance`, { fix: FIX });
  if (pages.application !== undefined)
    throw new FleetError('op.refused', `no management page of ${name} is known`, { fix: FIX });
  throw new FleetError('op.refused', `${name} has no address that is known`, { fix: 'start it, or give its host' });
}

const port = (key: string, label: string, help: string): Field => ({
  ...{ key, label, help, kind: 'count', min: 1, max: HIGHEST_PORT, nullable: true },
});

/** What the user can say, by the keys of ApplicationDetails; `none` takes back what was said. */
export const DETAIL_FIELDS: readonly Field[] = [
  {
    key: 'protocol',
    label: 'Protocol',
    help: 'Of the application; http without it.',
    kind: 'choice',
    options: PROTOCOLS,
    nullable: true,
  },
  {
    key: 'host',
    label: 'Host',
    help: 'A name or an address in place of the first one that is known of the VM.',
    kind: 'text',
    nullable: true,
  },
  port('port', 'Port', 'Of the application; the usual one of its protocol without it.'),
  {
    key: 'path',
    label: 'Path',
    help: 'Of its page, from / on.',
    kind: 'text',
    nullable: true,
    pattern: { source: PATH, complaint: 'must begin with one / and have no blanks' },
    examples: ['/shop'],
  },
  {
    key: 'management-protocol',
    label: 'Management protocol',
    help: 'Of the page that it is managed by; https without it.',
    kind: 'choice',
    options: PROTOCOLS,
    nullable: true,
  },
  port('management-port', 'Management port', 'Of that page; rPath has 8003 and JumpBox 3000 without it.'),
];

/** Each of these is changed, null is taken back, and what is not named stays. Throws usage for what can't be. */
export function changedDetails(
  { id, uuid }: Vm,
  own: ApplicationDetails | undefined,
  given: Settings,
): Extract<ConfigChange, { kind: 'application-details' }> {
  const details = detailsIn((key) => {
    const value = given[key] === undefined ? own?.[key] : given[key];
    return value === '' ? undefined : value;
  });
  if (typeof details === 'string') throw new FleetError('usage', details);
  const isAny = DETAILS.some((key) => details[key] !== undefined);
  return { kind: 'application-details', of: id, details: isAny ? details : undefined, uuid };
}
