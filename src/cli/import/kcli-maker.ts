import type { Found } from './plan.ts';
import type { Source } from './source.ts';
import type { Group } from './yaml-group.ts';

/** Makes an endpoint of one of kcli's clients; `options` is its part of kcli's file. */
export type Maker = (name: string, options: Group, source: Source) => Found | Promise<Found>;
