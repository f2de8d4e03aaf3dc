import { hostname } from 'node:os';
import { endpointOf, type Id } from '../ids.ts';
import type { Sent } from '../state/records/notices.ts';
import { clean } from '../terminal/width.ts';

/** What is sent of notices that go together. */
export interface Message {
  /** One line: the first of them, and how many more there are. */
  readonly title: string;
  /** A line for each, the newest last, as many as are listed. */
  readonly lines: readonly string[];
  /** How many there are. */
  readonly count: number;
  /** For programs. */
  readonly notices: readonly Readonly<Record<'at' | 'kind' | 'endpoint' | 'subject' | 'name' | 'text', string>>[];
  readonly host: string;
}

const MOST_LISTED = 20;

/** Names and reasons come from hosts, so all texts are cleaned. `notices` has one at least, oldest first. */
export function messageOf(notices: readonly Sent[], dropped: number): Message {
  const count = notices.length + dropped;
  const listed = notices.slice(0, MOST_LISTED);
  const [first] = listed;
  const more = count - listed.length;
  return {
    title: `${clean(first?.text ?? '')}${count > 1 ? ` (and ${count - 1} more)` : ''}`,
    lines: [
      ...listed.map(({ at, text }) => `${new Date(at).toISOString()} ${clean(text)}`),
      ...(more > 0 ? [`and ${more} more: drover notification list has them`] : []),
    ],
    count,
    notices: listed.map(({ at, kind, subject, name, text }) => ({
      at: new Date(at).toISOString(),
      kind,
      endpoint: endpointNameOf(subject),
      subject: clean(subject),
      name: clean(name),
      text: clean(text),
    })),
    host: hostname(),
  };
}

/** An endpoint's own name is its id. */
export const endpointNameOf = (subject: string): string => endpointOf(subject as Id);
