/** What was made on the way to a new guest, and how it goes again: by drover, and by hand on any node of the cluster. */
import { FleetError } from '../../../errors.ts';
import { type AskedLast, type Made, shellWord } from '../../lib/take-back.ts';
import type { Api } from '../api.ts';
import { pathOf } from '../guest-call.ts';
import type { Guest } from '../guests.ts';
import { placePath } from '../read-each.ts';
import { type FollowContext, finishedTask } from '../tasks.ts';

/** The caller may have given up: what was made goes all the same. */
const patient = (): AbortSignal => new AbortController().signal;

type Undoing = Omit<FollowContext, 'signal'>;

export function guestMade(context: Undoing, place: Pick<Guest, 'node' | 'kind' | 'vmid'>): Made {
  const { node, vmid } = place;
  const path = pathOf(place);
  return {
    what: `the guest ${vmid} on ${node}`,
    command: `pvesh delete ${shellWord(path)} --purge 1`,
    undo: () => remove(context, path, { purge: 1 }),
  };
}

export function fileMade(context: Undoing, node: string, volid: string): Made {
  const [storage = ''] = volid.split(':');
  return {
    what: `the file ${volid} on ${node}`,
    command: `pvesm free ${shellWord(volid)}`,
    undo: () => remove(context, placePath('nodes', node, 'storage', storage, 'content', volid)),
  };
}

/** Given up while its task runs, a guest may come all the same: it is named then, and not deleted while it is made. */
export const whatMayCome = (asked: Made | undefined, { aborted }: AbortSignal): AskedLast => ({
  asked,
  ...(aborted && asked !== undefined && { isUnsure: true }),
});

/** What is not there is gone. */
async function remove(
  context: Undoing,
  path: string,
  query: Parameters<Api['delete']>[1]['query'] = {},
): Promise<void> {
  const { api, subject } = context;
  try {
    const answer = await api.delete(path, { signal: patient(), subject, query });
    await finishedTask(answer, { ...context, signal: patient() });
  } catch (error) {
    if (error instanceof FleetError && error.code === 'vm.not-found') return;
    throw error;
  }
}
