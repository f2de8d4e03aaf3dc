import { type ErrorCode, FleetError } from '../../errors.ts';

/**
 * Undefined for what the server does not tell this login: what else it tells is shown all the same. Rejects with what is none
 * of these `codes`.
 */
export async function unlessRefused<Answer>(
  asked: Promise<Answer>,
  codes: readonly ErrorCode[] = ['auth.forbidden'],
): Promise<Answer | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof FleetError && codes.includes(error.code)) return undefined;
    throw error;
  }
}
