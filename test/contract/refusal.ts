import { FleetError } from '../../src/errors.ts';

/** What a promise was rejected with; it must be a FleetError, since anything else is a bug. */
export async function refusal(answer: Promise<unknown>): Promise<FleetError> {
  const error = await answer.then(
    () => new Error('it was accepted'),
    (reason: unknown) => reason,
  );
  if (error instanceof FleetError) return error;
  throw error;
}
