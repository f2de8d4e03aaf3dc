import type { EndpointName } from '../../ids.ts';
import type { PlatformTask } from '../../platforms/contract.ts';

/** More than a user waits for at once: the oldest is forgotten first. */
const KEPT = 1000;

/** What platforms have reported of their own tasks, by endpoint and name. */
export interface PlatformTasks {
  of(endpoint: EndpointName, task: string): PlatformTask | undefined;
}

export function createPlatformTasks(): PlatformTasks & {
  land(endpoint: EndpointName, tasks: readonly PlatformTask[]): void;
  forget(endpoint: EndpointName): void;
} {
  const known = new Map<string, PlatformTask>();
  const keyOf = (endpoint: EndpointName, task: string) => `${endpoint}/${task}`;
  return {
    of: (endpoint, task) => known.get(keyOf(endpoint, task)),
    land(endpoint, tasks) {
      for (const task of tasks) {
        const key = keyOf(endpoint, task.task);
        known.delete(key);
        known.set(key, task);
      }
      for (const key of known.keys()) {
        if (known.size <= KEPT) break;
        known.delete(key);
      }
    },
    forget(endpoint) {
      for (const key of known.keys()) if (key.startsWith(keyOf(endpoint, ''))) known.delete(key);
    },
  };
}
