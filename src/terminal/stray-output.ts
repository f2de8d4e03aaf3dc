/** What is kept of it: warnings and stack traces are short, a loop that prints is not. */
const MOST_KEPT = 64 * 1024;

/**
 * Keeps what libraries print while the screen is up from being painted over it, and prints it when the function that
 * this answers is called: on the normal screen, where it can be read.
 */
export function holdStrayOutput(): () => void {
  const onScreen = [process.stdout, process.stderr].filter((stream) => stream.isTTY);
  const releases = onScreen.map((stream) => {
    const write = stream.write;
    let kept = '';
    stream.write = (chunk: unknown, ...rest: unknown[]): boolean => {
      if (kept.length < MOST_KEPT) kept += typeof chunk === 'string' ? chunk : Buffer.from(chunk as Uint8Array);
      const done = rest.at(-1);
      if (typeof done === 'function') process.nextTick(done);
      return true;
    };
    return () => {
      stream.write = write;
      if (kept) stream.write(kept);
    };
  });
  return () => {
    for (const release of releases) release();
  };
}
