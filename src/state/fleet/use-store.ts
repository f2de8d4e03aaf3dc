import { useSyncExternalStore } from 'react';
import type { Store } from './store.ts';

/** Redraws the caller after each landing. For views, which then read what they show; never for a row. */
export const useStore = (store: Store): number => useSyncExternalStore(store.subscribe, () => store.fleet.version);
