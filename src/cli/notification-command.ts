import type { KindKey } from '../state/kind-spec.ts';
import { passes } from '../state/query/row-filter.ts';
import { NOTICE_KINDS } from '../state/records/notices.ts';
import { type Command, EXIT } from './command.ts';
import { type Column, renderList } from './output.ts';

/** What programs get of a notification, in this order. */
export const notificationKeys: readonly KindKey[] = [
  { id: 'id', type: 'text', help: 'different for each', always: true },
  { id: 'at', type: 'instant', help: 'when it was seen', always: true },
  { id: 'kind', type: 'text', words: NOTICE_KINDS, help: 'what it tells of', always: true },
  { id: 'subject', type: 'text', help: 'the id of what it is about', always: true },
  { id: 'name', type: 'text', help: 'the name of that', always: true },
  { id: 'text', type: 'text', help: 'what happened, for people', always: true },
];

interface NotificationRow {
  readonly [key: string]: string;
  readonly id: string;
  readonly at: string;
  readonly kind: string;
  readonly subject: string;
  readonly name: string;
  readonly text: string;
}

const columns: readonly Column<NotificationRow>[] = [
  { title: 'AT', show: ({ at }) => at },
  { title: 'WHAT', show: ({ kind }) => kind },
  { title: 'HAPPENED', shrinksTo: 20, show: ({ text }) => text },
];

export const notificationListCommand: Command = {
  noun: 'notification',
  verb: 'list',
  help: 'List what failed, went away or came back, also in other runs; the newest 500.',
  takes: '',
  flags: () => [],
  async run({ app, global, printer, format, columns: room }) {
    const rows = (await app.notices.refresh())
      .map(({ id, at, kind, subject, name, text }) => ({
        id,
        at: new Date(at).toISOString(),
        kind,
        subject,
        name,
        text,
      }))
      .filter((row) => passes(row, global.filter, notificationKeys));
    await printer.print(await renderList({ rows, columns, name: ({ id }) => id }, format, room));
    return EXIT.done;
  },
};
