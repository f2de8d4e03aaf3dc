/** Addresses of guests: the agent of a virtual machine tells them, of a container its node. */
import { FleetError } from '../../errors.ts';
import type { Api } from './api.ts';
import { pathOf } from './guest-call.ts';
import type { Guest } from './guests.ts';

/** The agent is inside the guest: it may be there and not answer. */
const AGENT_MS = 3_000;

/** None when the guest does not tell; rejects only with the signal's reason. */
export async function readAddresses(api: Api, guest: Guest, signal: AbortSignal): Promise<readonly string[]> {
  const below = guest.kind === 'qemu' ? '/agent/network-get-interfaces' : '/interfaces';
  try {
    const answer = await api.get(`${pathOf(guest)}${below}`, { signal, subject: guest.name, deadlineMs: AGENT_MS });
    return addressesIn(answer);
  } catch (error) {
    if (error instanceof FleetError && !signal.aborted) return [];
    throw error;
  }
}

/**
 * qemu: `{result: [{name, 'ip-addresses': [{'ip-address'}]}]}`; lxc: `[{name, inet: '10.0.0.5/24', inet6, 'ip-addresses'}]`.
 * Addresses that lead nowhere from outside are left out.
 */
export function addressesIn(answer: unknown): readonly string[] {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) visit(item);
    else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        if ((key === 'ip-address' || key === 'inet' || key === 'inet6') && typeof inner === 'string') {
          // A container's node tells each address twice: with the length of its prefix, and without.
          found.add(inner.replace(/\/\d+$/, ''));
        } else if (key === 'result' || key === 'ip-addresses') visit(inner);
      }
    }
  };
  visit(answer);
  return [...found].filter(isUseful).sort(v4First);
}

const isUseful = (address: string): boolean =>
  /^[0-9a-f.:]+$/i.test(address) && !/^(?:127\.|169\.254\.|::1$|fe80:|0\.0\.0\.0$)/i.test(address);

const v4First = (a: string, b: string): number => Number(a.includes(':')) - Number(b.includes(':'));
