import type { DomainXml } from '../xml/domain-xml.ts';
import { ignitionName, seedName } from '../xml/metadata.ts';

/**
 * Paths of what a VM reads at its first start, as kcli or drover made it with the VM: its medium for cloud-init, its config for
 * Ignition. They go with it.
 */
export function seedsOf(
  vm: string,
  { isKcli, disks, configs }: Pick<DomainXml, 'isKcli' | 'disks' | 'configs'>,
): ReadonlySet<string> {
  if (!isKcli) return new Set();
  // A VM that was renamed since has it by the name that its disks still have: VM_0.qcow2.
  const names = new Set([vm, ...disks.flatMap(({ path }) => /([^/]+)_\d+(\.[a-z0-9]+)?$/.exec(path ?? '')?.[1] ?? [])]);
  const media = disks.flatMap(({ device, path }) => (device === 'cdrom' && path !== undefined ? [path] : []));
  const isNamed = (nameOf: (vm: string) => string) => (path: string) =>
    [...names].some((name) => path.endsWith(`/${nameOf(name)}`));
  return new Set([...media.filter(isNamed(seedName)), ...configs.filter(isNamed(ignitionName))]);
}
