import { useSyncExternalStore } from 'react';
import type { Store } from './store.ts';

/** Draws the caller anew after each landing. For views, which then read what they show; never for a row. */
export const useStore = (store: Store): number => useSyncExternalStore(store.subscribe, () => store.fleet.version);
