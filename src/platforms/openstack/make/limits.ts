/** What is left of a project's quotas, beside the settings that ask for it. */
import type { VmOps } from '../../contract.ts';
import { type Quota, type QuotaServices, readQuotas } from '../node/quotas.ts';
import type { Project } from '../project.ts';

export const createLimits =
  ({ cloud, nova, cinder, neutron }: Project): NonNullable<VmOps['limits']> =>
  async (_of, signal) => {
    const services: QuotaServices = { nova, cinder, neutron };
    return limitsOf(await readQuotas(services, cloud, signal));
  };

/** By the key of the setting. What has no limit is left out. */
function limitsOf(quotas: readonly Quota[]): Readonly<Record<string, string>> {
  const left = (label: string, noun = ''): string | undefined => {
    const found = quotas.find((quota) => quota.label === label);
    if (!found || found.most === Number.POSITIVE_INFINITY) return undefined;
    const { used, most, spell } = found;
    return `${spell(Math.max(0, most - used))} of ${spell(most)}${noun}`;
  };
  const cpus = left('vCPUs', ' vCPUs');
  const memory = left('Memory');
  const lines: Readonly<Record<string, readonly (string | undefined)[]>> = {
    name: [left('Servers', ' servers')],
    flavor: [cpus, memory],
    vcpus: [left('vCPUs')],
    memory: [memory],
    disk: [left('Volumes', ' volumes'), left('Volume space')],
    nic: [left('Ports', ' ports')],
    floating: [left('Floating addresses')],
  };
  return Object.fromEntries(
    Object.entries(lines).flatMap(([key, parts]) => {
      const told = parts.filter((part) => part !== undefined);
      return told.length === 0 ? [] : [[key, `${told.join(', ')} left`]];
    }),
  );
}
