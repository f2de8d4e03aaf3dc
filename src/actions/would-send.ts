import { type EndpointName, endpointOf } from '../ids.ts';
import type { Connection, OperationName } from '../platforms/contract.ts';
import { display } from '../state/fields.ts';
import { endpointStatusOf } from '../state/fleet/store.ts';
import type { Services } from './services.ts';

type ConfigureArguments = Parameters<NonNullable<Connection['vm']['configure']>>;

/**
 * What a dry run says instead of sending it. A change of settings is described in the words of its fields, which hide secrets:
 * `would change web1 on host1: Memory from 4GiB to 8GiB (saved)`; the rest as it is given. Not yet redacted.
 */
export function wouldSend(
  services: Pick<Services, 'store' | 'manifests'>,
  endpoint: EndpointName,
  operation: OperationName,
  args: readonly unknown[],
): string {
  if (operation === 'vm.configure') return wouldChange(services, args as unknown as ConfigureArguments);
  const words = args.map((arg) => (typeof arg === 'string' ? arg : JSON.stringify(arg)));
  return `would send to ${endpoint}: ${[operation, ...words].join(' ')}`;
}

function wouldChange(
  { store: { fleet }, manifests }: Pick<Services, 'store' | 'manifests'>,
  [id, target, changes, before]: ConfigureArguments,
): string {
  const platform = endpointStatusOf(fleet, id)?.platform;
  const fields = manifests.find((manifest) => manifest.id === platform)?.settings ?? [];
  const parts = Object.entries(changes).map(([key, value]) => {
    const field = fields.find((one) => one.key === key);
    return field ? `${field.label} from ${display(field, before[key])} to ${display(field, value)}` : key;
  });
  const where = `${fleet.vms.get(id)?.name ?? id} on ${endpointOf(id)}`;
  return `would change ${where}: ${parts.join(', ')} (${target === 'running' ? 'now' : 'saved'})`;
}
