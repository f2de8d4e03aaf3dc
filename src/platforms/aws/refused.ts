import { FleetError } from '../../errors.ts';

/** A login may lack the right to know it, and a cloud that is compatible need not know all of EC2's questions. */
const REFUSED: ReadonlySet<string> = new Set(['auth.forbidden', 'op.refused', 'op.unsupported']);

/** Undefined for what the service does not want to tell: the instances are shown all the same. */
export async function unlessRefused<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof FleetError && REFUSED.has(error.code)) return undefined;
    throw error;
  }
}
