/**
 * What a deadline in a test is multiplied by. A test waits for what a user sees, and its deadline only ends a wait that is in
 * vain: how long things take is measured by benches, on a machine that does nothing else.
 */
export const PATIENCE = 3;
