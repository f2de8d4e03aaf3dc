/** What an action on an endpoint has done that makes a volume: its name and its storage are options of the action. */
import type { EndpointName } from '../ids.ts';
import type { Args, ReadOutcome } from './action.ts';
import { seenInList } from './seen-in-list.ts';
import { textIn } from './text-in.ts';

/** Seen when the storage that was chosen lists the volume; one of the same name in another storage is not it. */
export const seenVolume = (args: Args, of: EndpointName, limitMs: number): ReadOutcome =>
  seenInList({
    kind: 'volume',
    of,
    words: `has the volume ${textIn(args, 'name')}`,
    limitMs,
    holds: (all) =>
      all.some(({ name, storage }) => name === args['name'] && storage === args['storage']) ||
      `has no volume ${textIn(args, 'name')} yet`,
  });
