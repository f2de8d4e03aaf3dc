/** The memory of a guest in a file of the user's choice (https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainSaveFlags). */
import { FleetError } from '../../../errors.ts';
import { shellWord } from '../../../shell-word.ts';
import type { VmOps } from '../../contract.ts';
import { procedures } from '../rpc/protocol.ts';
import { type GuestCall, type GuestCalls, onGuest } from '../vm/guest-call.ts';
import { DOMAIN } from '../vm/states.ts';
import { type HostView, refusePath, refuseUnlessFree, viewHost } from './host-view.ts';

/** libvirt answers when the last page is written, or read: as long as the operation may take. */
export const MEMORY_MS = 600_000;

export const createSave =
  (calls: GuestCalls): NonNullable<VmOps['save']> =>
  (id, path, signal) =>
    onGuest(calls, id, signal, async (call) => {
      const { client, domain, change } = call;
      refusePath(path);
      if (domain.id === -1)
        throw new FleetError('op.conflict', `${domain.name} is off: it has nothing in memory`, {
          fix: 'start it first',
        });
      const [before, persistent, view] = await Promise.all([
        stateOf(call),
        client.call(procedures.domainIsPersistent, { domain }, { signal }),
        viewHost(call, calls.files),
      ]);
      await refuseUnlessFree(view, path);
      const args = { domain, path, xml: undefined, flags: 0 };
      try {
        await change(`save to ${path}`, () => client.call(procedures.save, args, { signal, deadlineMs: MEMORY_MS }));
      } catch (error) {
        throw await withWhatIsLeft(call, error, path, before, () => viewHost(call, calls.files));
      }
      const detail = `${domain.name} has no saved definition: the host knows it again once it is restored`;
      return { warnings: persistent ? [] : [{ feature: 'vm.save', detail }] };
    });

const stateOf = async ({ client, domain, signal }: GuestCall): Promise<number> =>
  (await client.call(procedures.domainState, { domain, flags: 0 }, { signal })).state;

/** libvirt lets the guest go on and removes the file; what is seen of that is said. */
async function withWhatIsLeft(
  call: GuestCall,
  error: unknown,
  path: string,
  before: number,
  look: () => Promise<HostView>,
): Promise<unknown> {
  if (!(error instanceof FleetError) || call.signal.aborted) return error;
  const { code, message } = error;
  const say = (words: string, fix = error.fix) =>
    new FleetError(code, `${message}; ${words}`, { ...(fix === undefined ? {} : { fix }), cause: error });
  if (code === 'outcome.unknown') return say(`${path} may be there, whole or in part`);
  try {
    const [now, presence] = [await stateOf(call), await (await look()).presence(path)];
    const goesOn =
      now === before || now === DOMAIN.running
        ? 'it goes on as before'
        : `it is ${STATES[now] ?? 'in another state'} now`;
    return presence === 'there'
      ? say(`${goesOn}; a part of its memory is left in ${path}`, `remove it on the host: rm ${shellWord(path)}`)
      : say(goesOn);
  } catch {
    return say(`what became of it is not known, and a part of its memory may be left in ${path}`);
  }
}

const STATES: Readonly<Record<number, string>> = { [DOMAIN.paused]: 'paused', [DOMAIN.shutOff]: 'off' };
