import { FleetError, sentence } from '../../errors.ts';
import type { Check } from '../contract.ts';

/** One prerequisite that is tried: what `work` answers is its detail, what it throws is why it failed. */
export async function step(check: string, work: () => Promise<string>): Promise<Check> {
  try {
    return { check, ok: true, detail: await work() };
  } catch (error) {
    return failed(check, error);
  }
}

export function failed(check: string, error: unknown): Check {
  const said = { check, ok: false, detail: sentence(error) };
  if (!(error instanceof FleetError)) return said;
  return { ...said, code: error.code, ...(error.fix !== undefined && { fix: error.fix }) };
}
