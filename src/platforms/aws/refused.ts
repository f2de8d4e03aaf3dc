import type { ErrorCode } from '../../errors.ts';

/** A login may lack the right to know it, and a cloud that is compatible need not know all of EC2's questions. */
export const REFUSED: readonly ErrorCode[] = ['auth.forbidden', 'op.refused', 'op.unsupported'];
