/** Lets keys and timers come between what is drawn, of which a display may send much in few bytes. */

/** Undefined while little was drawn since the last turn of the event loop; else what is to be waited for before more is. */
export type Pace = (pixels: number) => Promise<void> | undefined;

/** Some milliseconds. */
const MOST_PIXELS_AT_ONCE = 2 ** 20;

export function createPace(): Pace {
  let drawn = 0;
  return (pixels) => {
    drawn += pixels;
    if (drawn < MOST_PIXELS_AT_ONCE) return undefined;
    drawn = 0;
    return new Promise((resolve) => setImmediate(resolve));
  };
}
