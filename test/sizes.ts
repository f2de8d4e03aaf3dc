/**
 * A fleet so large that what must not grow with it would. In CI it is the one that drover promises; elsewhere a tenth of
 * it, which shows the same in a tenth of the time.
 */
export const LARGE = process.env['CI'] ? 100_000 : 10_000;
