/** Another name for a VM: libvirt gives one only to what is off, and has nothing that is filed under the old name. */
import { FleetError } from '../../../errors.ts';
import { isTaken, takenName } from '../clone/clone-checks.ts';
import { procedures } from '../rpc/protocol.ts';
import { isSaved, unlessGone } from './guest.ts';
import { CHANGE_MS, type GuestCall } from './guest-call.ts';

/** Throws op.conflict with what stands in the way, and what to do about it. */
export async function rename(call: GuestCall, name: string): Promise<void> {
  const { client, domain, signal } = call;
  const refuse = (why: string, fix: string) =>
    new FleetError('op.conflict', `${domain.name} can't be renamed while it ${why}`, { fix });
  if (domain.id !== -1) throw refuse('runs', 'shut it down first');
  if (await isSaved(client, domain, signal)) throw refuse('is suspended', 'resume it and shut it down first');
  for (const [kind, names] of await namesOfPast(call))
    if (names.length > 0) throw refuse(`has ${kind}: ${names.join(', ')}`, 'delete them first');
  if (await isTaken(call, name)) throw takenName(name);
  await client.call(procedures.rename, { domain, name, flags: 0 }, { signal, deadlineMs: CHANGE_MS });
}

async function namesOfPast({ client, domain, signal }: GuestCall) {
  const args = { domain, needResults: true, flags: 0 };
  const [{ snapshots }, { checkpoints }] = await Promise.all([
    client.call(procedures.listSnapshots, args, { signal }).catch(unlessGone({ snapshots: [], count: 0 })),
    client.call(procedures.listCheckpoints, args, { signal }).catch(unlessGone({ checkpoints: [], count: 0 })),
  ]);
  const names = (all: readonly { readonly name: string }[]) => all.map((one) => one.name);
  return [
    ['snapshots', names(snapshots)],
    ['checkpoints', names(checkpoints)],
  ] as const;
}
