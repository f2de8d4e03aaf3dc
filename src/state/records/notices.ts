import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '../../clock.ts';
import type { Redactor } from '../files/redactor.ts';
import { type Task, UPDATE_CHECK } from '../tasks.ts';
import { createRecordLog } from './record-log.ts';

/**
 * task-failed: of what a user began, not all was done; unreachable, back: an endpoint or a node, from then on; vm-failed, vm-back: a VM
 * that crashed or is in error, and runs again.
 */
export const NOTICE_KINDS = ['task-failed', 'unreachable', 'back', 'vm-failed', 'vm-back'] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/**
 * What can be sent to a rule that asks for it: also that work which took long is done, and that a VM was stopped or started. The lists
 * of tasks and of events have these, so they are no notifications that last.
 */
export const SENT_KINDS = [...NOTICE_KINDS, 'task-done', 'vm-stopped', 'vm-started'] as const;
export type SentKind = (typeof SENT_KINDS)[number];

export const isKept = (kind: SentKind): kind is NoticeKind => NOTICE_KINDS.some((kept) => kept === kind);

/** What a user should come to know, also one who was not there. */
export interface Notice {
  /** Different for each. */
  readonly id: string;
  /** Epoch, ms. */
  readonly at: number;
  readonly kind: NoticeKind;
  /** The id of what it is about. */
  readonly subject: string;
  readonly name: string;
  /** A sentence without a full stop. Parts of it may come from hosts. */
  readonly text: string;
}

export type NewNotice = Omit<Notice, 'id' | 'at'>;

/** What is sent. */
export interface Sent extends Omit<Notice, 'kind'> {
  readonly kind: SentKind;
}

/** Notifications of all runs, of other drovers of this user too, as they are kept in `notifications.jsonl`. */
export interface Notices {
  /** Newest first: those of this run and those that were read last. */
  list(): readonly Notice[];
  /** How many have come since a user looked at them. */
  readonly unread: number;
  /** Reads what other drovers have written. Rejects with what the file system says. */
  refresh(): Promise<readonly Notice[]>;
  /** It is in the list at once, and on the disk soon. */
  add(notice: NewNotice): Notice;
  /** A user has seen all that is in the list. */
  markRead(): void;
  subscribe(listener: () => void): () => void;
  /** Resolves when all is on the disk, or the disk does not answer. */
  written(): Promise<void>;
}

export interface NoticesOptions {
  /** The folder of drover's state. */
  readonly folder: string;
  readonly clock: Clock;
  readonly redactor: Pick<Redactor, 'redact'>;
  readonly trouble: (message: string) => void;
}

type Line = ({ readonly phase: 'notice' } & Notice) | { readonly phase: 'read'; readonly at: number };

const MOST = 500;
const LONGEST_TEXT = 500;

export function createNotices({ folder, clock, redactor, trouble }: NoticesOptions): Notices {
  const log = createRecordLog<Line>({ file: join(folder, 'notifications.jsonl'), clock, redactor, parse, trouble });
  const listeners = new Set<() => void>();
  let notices: readonly Notice[] = [];
  let readAt = Number.NEGATIVE_INFINITY;

  const put = (more: readonly Notice[]) => {
    notices = merged(notices, more);
    for (const listener of listeners) listener();
  };

  return {
    list: () => notices,
    get unread() {
      return notices.filter(({ at }) => at > readAt).length;
    },
    async refresh() {
      const lines = await log.read();
      for (const line of lines) if (line.phase === 'read') readAt = Math.max(readAt, line.at);
      put(lines.flatMap((line) => (line.phase === 'notice' ? [line] : [])));
      return notices;
    },
    add({ text, ...about }) {
      const short = redactor.redact(text).slice(0, LONGEST_TEXT);
      const notice = { id: randomBytes(6).toString('hex'), at: clock.now(), ...about, text: short };
      log.add({ phase: 'notice', ...notice });
      put([notice]);
      return notice;
    },
    markRead() {
      const newest = notices[0]?.at;
      if (newest === undefined || newest <= readAt) return;
      readAt = newest;
      log.add({ phase: 'read', at: readAt });
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    written: log.written,
  };
}

/** Newest first, each once; that something is still unreachable, or still back, was seen by two drovers and is reported once. */
function merged(known: readonly Notice[], more: readonly Notice[]): readonly Notice[] {
  const byId = new Map(
    [...known, ...more].map(({ id, at, kind, subject, name, text }) => [id, { id, at, kind, subject, name, text }]),
  );
  const last = new Map<string, NoticeKind>();
  const reported = [...byId.values()]
    .sort((a, b) => a.at - b.at)
    .filter(({ kind, subject }) => {
      if (kind === 'task-failed') return true;
      const isChange = last.get(subject) !== kind;
      last.set(subject, kind);
      return isChange;
    });
  return reported.slice(-MOST).reverse();
}

/** The file is drover's own, but may have been damaged or be of another version. */
function parse(value: unknown): Line | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const line = value as Readonly<Record<string, unknown>>;
  if (!Number.isFinite(line['at'])) return undefined;
  if (line['phase'] === 'read') return line as unknown as Line;
  const isText = ['id', 'subject', 'name', 'text'].every((key) => typeof line[key] === 'string');
  const isKind = NOTICE_KINDS.some((kind) => kind === line['kind']);
  return line['phase'] === 'notice' && isText && isKind ? (line as unknown as Line) : undefined;
}

/** What a task that ended gives notice of; undefined where all of it was done, the user took it back, or it only looked for a newer drover. */
export function noticeOf({ action, title, state, items }: Task): NewNotice | undefined {
  if (action === UPDATE_CHECK || (state !== 'failed' && state !== 'partly' && state !== 'unknown')) return undefined;
  const open = items.filter((item) => item.state === 'failed' || item.state === 'unknown');
  const [first] = open;
  if (!first) return undefined;
  const more = open.length > 1 ? `; ${open.length - 1} more` : '';
  return { kind: 'task-failed', subject: first.id, name: first.name, text: `${title}: ${first.text}${more}` };
}

/** A user has turned to something else meanwhile. */
const LONG_MS = 60_000;

/** What a task that is done sends; undefined where it took less than a minute, or something else became of it. */
export function sentWhenDone({ id, title, state, startedAt, endedAt, items }: Task): Sent | undefined {
  if (state !== 'done' || endedAt === undefined || endedAt - startedAt < LONG_MS) return undefined;
  const [first] = items;
  if (!first) return undefined;
  const came = items.length === 1 ? first.text : `all ${items.length} are done`;
  return {
    id: `task ${id}`,
    at: endedAt,
    kind: 'task-done',
    subject: first.id,
    name: first.name,
    text: `${title}: ${came}`,
  };
}
