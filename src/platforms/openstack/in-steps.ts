import { breathe } from '../transport/breathe.ts';

const STEP = 250;

/** All of them, some at a time: other work of the event loop gets a turn in between. */
export async function inSteps<Item>(items: Iterable<Item>, work: (some: readonly Item[]) => void): Promise<void> {
  const all = [...items];
  for (let at = 0; at < all.length; at += STEP) {
    if (at > 0) await breathe();
    work(all.slice(at, at + STEP));
  }
}
