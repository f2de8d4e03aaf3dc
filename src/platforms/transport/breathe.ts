/** Lets keys and timers come first. */
export const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
