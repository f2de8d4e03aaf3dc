/** Names of images, and the systems in them: a server tells the id of its image only. */
import { FleetError } from '../../../errors.ts';
import { textOf } from '../../lib/json.ts';
import type { Api } from '../api.ts';
import { rowsIn } from '../json.ts';
import { systemOf } from './image-list.ts';

export interface Images {
  /** Undefined as long as it is not known. */
  nameOf(id: string | undefined): string | undefined;
  /** The system in it, where its maker has said so. */
  systemOf(id: string | undefined): string | undefined;
  /** Asks for those that it does not know yet, some at a time; true when that gave names. An image is asked for once. */
  learn(ids: Iterable<string | undefined>, signal: AbortSignal): Promise<boolean>;
}

/** Ids in one request: an address of 4 kB goes everywhere. */
const AT_ONCE = 80;
/** Rows are shown without names before; the end of the list waits for them. */
const DEADLINE_MS = 10_000;

/** `glance` undefined: the cloud has none, and its images have no names. */
export function createImages(glance: Api | undefined): Images {
  const names = new Map<string, string>();
  const systems = new Map<string, string>();
  const asked = new Set<string>();
  return {
    nameOf: (id) => (id === undefined ? undefined : names.get(id)),
    systemOf: (id) => (id === undefined ? undefined : systems.get(id)),
    async learn(ids, signal) {
      if (!glance) return false;
      const unknown = [...new Set(ids)].filter((id): id is string => id !== undefined && !asked.has(id));
      for (let at = 0; at < unknown.length; at += AT_ONCE) {
        const some = unknown.slice(at, at + AT_ONCE);
        const query = { id: `in:${some.join(',')}`, limit: AT_ONCE };
        try {
          const body = await glance.get('/images', { signal, subject: 'the images', query, deadlineMs: DEADLINE_MS });
          for (const row of rowsIn(body, 'images')) {
            const [id, system] = [textOf(row, 'id') ?? '', systemOf(row)];
            names.set(id, textOf(row, 'name') ?? '');
            if (system !== undefined) systems.set(id, system);
          }
        } catch (error) {
          // Servers are listed without them as well.
          if (!(error instanceof FleetError) || signal.aborted) throw error;
          if (error.retry) return false;
        }
        for (const id of some) asked.add(id);
      }
      return unknown.some((id) => names.has(id));
    },
  };
}
