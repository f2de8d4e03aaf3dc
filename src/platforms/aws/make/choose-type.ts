import { FleetError } from '../../../errors.ts';
import { type Bytes, spellBytes } from '../../../units.ts';
import type { About } from '../api.ts';
import { instanceTypePages } from '../instance-types.ts';
import { type AwsRegion, where } from '../region.ts';

/** Others cost more for the same, are for one purpose, or are not virtual. */
const USUAL = /^(t3|t4g|t3a|m\d+[a-z]*|c\d+[a-z]*|r\d+[a-z]*)\./;

/**
 * The smallest of the usual types with at least so many vCPUs and so much memory. Rejects with op.refused when there is none. Costs a
 * request for each hundred types.
 */
export async function chooseType(
  { api }: AwsRegion,
  { vcpus, memory, arch }: { readonly vcpus: number; readonly memory: Bytes; readonly arch: string },
  about: About,
): Promise<string> {
  const filters = [where('current-generation', 'true'), where('processor-info.supported-architecture', arch)];
  let best: { readonly name: string; readonly cpus: number; readonly mib: number } | undefined;
  for await (const page of instanceTypePages(api, about, filters)) {
    for (const { InstanceType: name, VCpuInfo, MemoryInfo } of page) {
      const [cpus, mib] = [VCpuInfo?.DefaultVCpus ?? 0, MemoryInfo?.SizeInMiB ?? 0];
      if (name === undefined || !USUAL.test(name) || cpus < vcpus || mib * 2 ** 20 < memory) continue;
      const isLess =
        best === undefined ||
        mib < best.mib ||
        (mib === best.mib && (cpus < best.cpus || (cpus === best.cpus && name < best.name)));
      if (isLess) best = { name, cpus, mib };
    }
  }
  if (best) return best.name;
  throw new FleetError('op.refused', `no instance type has ${vcpus} vCPUs and ${spellBytes(memory)}`, {
    fix: 'name one: --type; drover flavor list shows them',
  });
}
