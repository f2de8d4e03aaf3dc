/** Flavors of Nova (API reference of Compute: GET /flavors/detail, microversion 2.55 and later). */
import { flavorId } from '../../ids.ts';
import { gib, mib, UNKNOWN_SIZE } from '../../units.ts';
import type { Flavor, Trouble } from '../contract.ts';
import { textOf } from '../lib/json.ts';
import type { Api } from './api.ts';
import type { Cloud } from './cloud.ts';
import { bytesOf, numberOf } from './json.ts';
import { type ListedRow, readListed } from './listed-rows.ts';

/** Public ones, and those that the project has access to; of every project when all projects are shown. */
export async function listFlavors(nova: Api, cloud: Cloud, signal: AbortSignal): Promise<readonly Flavor[]> {
  // `None` is both public and private ones, which only administrators may ask for.
  const query = { is_public: cloud.address.allProjects ? 'None' : undefined };
  const subject = `the flavors of ${cloud.name}`;
  const rows = await readListed(nova, '/flavors/detail', 'flavors', { subject, signal, query });
  return rows.map((listed) => flavorOf(cloud, listed));
}

function flavorOf({ endpoint }: Cloud, { id, name, row, trouble }: ListedRow): Flavor {
  const [cpus, memory] = [numberOf(row, 'vcpus'), bytesOf(row, 'ram', mib(1))];
  const incomplete: Trouble | undefined =
    cpus === undefined || memory === undefined
      ? { message: 'Nova does not tell how many vCPUs and how much memory it has', since: 0 }
      : undefined;
  const wrong = trouble ?? incomplete;
  return {
    id: flavorId(endpoint, id),
    name,
    cpus: cpus ?? Number.NaN,
    memory: memory ?? UNKNOWN_SIZE,
    // 0: as large as the image wants it, or the server boots from a volume.
    disk: bytesOf(row, 'disk', gib(1)) || undefined,
    arch: undefined,
    description: textOf(row, 'description'),
    ...(wrong ? { trouble: wrong } : {}),
  };
}
