import type { Clock } from '../../clock.ts';
import { endpointOf } from '../../ids.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Store } from '../fleet/store.ts';
import type { NewNotice, Notice, NoticeKind } from './notices.ts';

/** A link that comes back sooner is not reported. */
const LASTS_MS = 10_000;

interface Reach {
  readonly isThere: boolean;
  readonly name: string;
  /** Why it is not. */
  readonly why: string;
}

/**
 * Reports when an endpoint or a node can't be reached for ten seconds, and when one of those is back. `known`: what was reported
 * last of each, also by earlier runs. Answers how to stop it.
 */
export function watchAvailability(
  { fleet, subscribe }: Pick<Store, 'fleet' | 'subscribe'>,
  clock: Clock,
  known: readonly Notice[],
  report: (notice: NewNotice) => void,
): () => void {
  const reported = new Map<string, NoticeKind>();
  for (const { subject, kind } of known)
    if ((kind === 'unreachable' || kind === 'back') && !reported.has(subject)) reported.set(subject, kind);
  /** What is away and not reported yet: how to forget it. */
  const waiting = new Map<string, () => void>();

  const isAway = (subject: string): Reach | undefined => {
    const now = reachOf(fleet).get(subject);
    return now?.isThere === false ? now : undefined;
  };
  const reportAway = (subject: string) => {
    waiting.delete(subject);
    const away = isAway(subject);
    if (!away) return;
    reported.set(subject, 'unreachable');
    report({ kind: 'unreachable', subject, name: away.name, text: `${away.name} is unreachable${away.why}` });
  };

  const look = () => {
    for (const [subject, { isThere, name }] of reachOf(fleet)) {
      if (!isThere) {
        if (reported.get(subject) !== 'unreachable' && !waiting.has(subject))
          waiting.set(
            subject,
            clock.after(LASTS_MS, () => reportAway(subject)),
          );
        continue;
      }
      waiting.get(subject)?.();
      waiting.delete(subject);
      if (reported.get(subject) !== 'unreachable') continue;
      reported.set(subject, 'back');
      report({ kind: 'back', subject, name, text: `${name} is reachable again` });
    }
  };
  look();
  const stop = subscribe(look);
  return () => {
    stop();
    for (const forget of waiting.values()) forget();
  };
}

/** Endpoints that are up or have failed, and nodes of those that are up: of the others nothing is known now. */
function reachOf({ endpoints, nodes }: Fleet): ReadonlyMap<string, Reach> {
  const reach = new Map<string, Reach>();
  for (const { name, phase, problem } of endpoints.values()) {
    if (phase === 'idle' || phase === 'connecting') continue;
    const why = problem === undefined ? '' : `: ${problem.message}`;
    reach.set(name, { isThere: phase === 'up', name, why });
  }
  for (const { id, name, state } of nodes.values()) {
    const isKnown = (state === 'up' || state === 'down') && reach.get(endpointOf(id))?.isThere === true;
    if (isKnown) reach.set(id, { isThere: state === 'up', name, why: ': its endpoint says that it is down' });
  }
  return reach;
}
