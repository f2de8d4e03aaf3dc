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

export const failed = (check: string, error: unknown): Check => {
  const detail = sentence(error);
  return error instanceof FleetError && error.fix !== undefined
    ? { check, ok: false, detail, fix: error.fix }
    : { check, ok: false, detail };
};
