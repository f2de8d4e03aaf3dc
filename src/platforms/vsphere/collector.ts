/** Push: filters are set once, then each request waits until something changed. */
import { FleetError } from '../../errors.ts';
import { child, childrenOf, type Take, textAt, type XmlElement } from '../transport/xml.ts';
import { refOf } from './properties.ts';
import type { Session } from './session.ts';
import { type MoRef, type Xml, xml } from './soap/envelope.ts';

export interface ObjectUpdate {
  readonly ref: MoRef;
  /** `enter` also tells of what is known already, for instance after a change of the inventory's tree. */
  readonly kind: 'enter' | 'modify' | 'leave';
  /** What changed: path -> value, undefined for one that is not set any more. */
  readonly changes: ReadonlyMap<string, XmlElement | undefined>;
}

export interface Collector {
  filter(spec: Xml): Promise<void>;
  /**
   * Resolves after `seconds` without news, or with some. True when the server holds more back already: it is asked again
   * at once then. One that was given up may be asked again: the server tells everything since the last answer.
   */
  wait(seconds: number, told: (update: ObjectUpdate) => void, patience?: Patience): Promise<boolean>;
  /** Frees what the server keeps for it; never throws. */
  destroy(): Promise<void>;
}

/** How long an answer may take beyond its seconds, and what else gives it up. */
export interface Patience {
  readonly slackMs: number;
  readonly signal: AbortSignal;
}

/** The answer may take its time when much has changed. */
const SLACK_MS = 30_000;
const DESTROY_MS = 1_000;
/** Envelope, Body, XResponse, returnval, filterSet, objectSet. */
const OBJECT_SET_DEPTH = 5;

/** A collector of its own: two that wait on one would cut each other off. */
export async function createCollector(session: Session, signal: AbortSignal): Promise<Collector> {
  const { content, clock } = session;
  const made = await session.call({
    target: content.propertyCollector,
    method: 'CreatePropertyCollector',
    kind: 'reads',
    signal,
  });
  const target = refOf(child(made, 'returnval'));
  let version = '';

  return {
    async filter(spec) {
      const args = xml`<spec>${spec}</spec><partialUpdates>false</partialUpdates>`;
      await session.call({ target, method: 'CreateFilter', args, kind: 'reads', signal });
    },
    async wait(seconds, told, patience = { slackMs: SLACK_MS, signal }) {
      const take: Take = (element, depth) => {
        if (element.name !== 'objectSet' || depth !== OBJECT_SET_DEPTH) return false;
        told(readUpdate(element));
        return true;
      };
      const response = await session.call({
        target,
        method: 'WaitForUpdatesEx',
        args: xml`<version>${version}</version><options><maxWaitSeconds>${seconds}</maxWaitSeconds></options>`,
        kind: 'reads',
        signal: patience.signal,
        deadlineMs: seconds * 1000 + patience.slackMs,
        take,
      });
      const set = child(response, 'returnval');
      if (!set) return false;
      const next = textAt(set, 'version') ?? '';
      if (next === '') throw new FleetError('host.protocol', `${session.host} tells of changes without a version`);
      version = next;
      return textAt(set, 'truncated') === 'true';
    },
    async destroy() {
      const late = new AbortController();
      const stop = clock.after(DESTROY_MS, () => late.abort());
      await session
        .call({ target, method: 'DestroyPropertyCollector', kind: 'reads', signal: late.signal })
        .catch(() => undefined);
      stop();
    },
  };
}

export function readUpdate(element: XmlElement): ObjectUpdate {
  const kind = textAt(element, 'kind');
  const changes = new Map<string, XmlElement | undefined>();
  for (const change of childrenOf(element, 'changeSet')) {
    const removed = textAt(change, 'op') === 'remove' || textAt(change, 'op') === 'indirectRemove';
    changes.set(textAt(change, 'name') ?? '', removed ? undefined : child(change, 'val'));
  }
  return { ref: refOf(child(element, 'obj')), kind: kind === 'enter' || kind === 'leave' ? kind : 'modify', changes };
}
