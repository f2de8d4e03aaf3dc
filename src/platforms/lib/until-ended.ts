/**
 * Runs a watch with a signal of its own, which aborts with the caller's and, whatever was the reason, when the watch is over:
 * nothing of it runs on. Resolves when the caller's signal has aborted; otherwise it settles as `watch` does. `release` is called
 * first at the end, to let go of what was listened to.
 */
export async function untilEnded(
  signal: AbortSignal,
  watch: (inner: AbortSignal) => Promise<unknown>,
  release: () => void,
): Promise<void> {
  const ending = new AbortController();
  try {
    await watch(AbortSignal.any([signal, ending.signal]));
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    release();
    ending.abort();
  }
}
