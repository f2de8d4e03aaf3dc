import { lookup } from 'node:dns/promises';
import { FleetError, sentence } from '../../errors.ts';
import type { Check } from '../contract.ts';

/** What a check has found, and what the user can do about it. */
export type Finding = Pick<Check, 'detail' | 'fix'>;

/** One prerequisite that is tried: what `work` answers is its finding or its detail, what it throws is why it failed. */
export async function step(check: string, work: () => Promise<string | Finding>): Promise<Check> {
  try {
    const found = await work();
    return { check, ok: true, ...(typeof found === 'string' ? { detail: found } : found) };
  } catch (error) {
    return failed(check, error);
  }
}

export function failed(check: string, error: unknown): Check {
  const said = { check, ok: false, detail: sentence(error) };
  if (!(error instanceof FleetError)) return said;
  return { ...said, code: error.code, ...(error.fix !== undefined && { fix: error.fix }) };
}

/** The checks in their order, up to the first that fails; rejects when the signal aborts. */
export async function upToFailure(steps: AsyncIterable<Check>, signal: AbortSignal): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for await (const check of steps) {
    signal.throwIfAborted();
    checks.push(check);
    if (!check.ok) break;
  }
  return checks;
}

/** The address that a name stands for. Rejects with host.unreachable. */
export async function resolveName(host: string): Promise<string> {
  try {
    return (await lookup(host)).address;
  } catch (error) {
    throw new FleetError('host.unreachable', `the name ${host} can't be resolved`, {
      fix: 'check the spelling, or the name server',
      cause: error,
    });
  }
}
