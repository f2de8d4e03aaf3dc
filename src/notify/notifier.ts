import { sentence } from '../errors.ts';
import { SCHEDULE_VARIABLE } from '../state/files/who-am-i.ts';
import type { Store } from '../state/fleet/store.ts';
import { watchAvailability } from '../state/records/availability.ts';
import {
  createNotices,
  type Notice,
  type Notices,
  type NoticesOptions,
  noticeOf,
  sentWhenDone,
} from '../state/records/notices.ts';
import { createTaskHistory, type TaskHistory, type TaskHistoryOptions } from '../state/records/task-history.ts';
import type { TaskWitness } from '../state/tasks.ts';
import { createDelivery, type DeliveryOptions } from './delivery.ts';

/** Events, kept for later runs, and sent by the rules of the configuration. */
export interface Notifier {
  readonly taskHistory: TaskHistory;
  readonly notices: Notices;
  /** Gets every task. */
  readonly witness: TaskWitness;
  /** Notifies from now on of endpoints and nodes that go away and come back. */
  follow(): void;
  /** Resolves when all is on the disk, or the disk does not answer. */
  written(): Promise<void>;
  /** The same, when all that is to be sent was sent or refused, too. */
  close(): Promise<void>;
}

export interface NotifierOptions
  extends NoticesOptions,
    Pick<TaskHistoryOptions, 'env'>,
    Pick<DeliveryOptions, 'rules' | 'secrets' | 'signal'> {
  readonly store: Pick<Store, 'fleet' | 'subscribe'>;
}

type NewNotice = Omit<Notice, 'id' | 'at'>;

export function createNotifier(options: NotifierOptions): Notifier {
  const { store, clock, redactor } = options;
  const trouble = (message: string) => options.trouble(redactor.redact(message));
  const taskHistory = createTaskHistory(options);
  const notices = createNotices(options);
  const delivery = createDelivery({ ...options, trouble });
  let stopWatching = () => {};
  let isClosed = false;

  const notify = (notice: NewNotice) => delivery.deliver(notices.add(notice));
  const failed = (error: unknown) => trouble(sentence(error));

  /** What another drover has notified of meanwhile is not sent again. */
  const notifyOnce = async (notice: NewNotice) => {
    const known = await notices.refresh();
    const last = known.find(({ kind, subject }) => kind !== 'task-failed' && subject === notice.subject);
    if (last?.kind !== notice.kind && !isClosed) notify(notice);
  };

  const watch = async () => {
    const known = await notices.refresh();
    if (isClosed) return;
    stopWatching = watchAvailability(store, clock, known, (notice) => void notifyOnce(notice).catch(failed));
  };

  const written = async () => {
    await Promise.all([taskHistory.written(), notices.written()]);
  };

  return {
    taskHistory,
    notices,
    witness: {
      began: taskHistory.began,
      itemEnded: taskHistory.itemEnded,
      ended(task) {
        taskHistory.ended(task);
        // Of what a schedule has begun one notification is sent: that of the task of the schedule.
        if (options.env[SCHEDULE_VARIABLE] !== undefined) return;
        const notice = noticeOf(task);
        if (notice) notify(notice);
        const done = sentWhenDone(task);
        if (done) delivery.deliver({ ...done, text: redactor.redact(done.text) });
      },
    },
    follow: () => void watch().catch(failed),
    written,
    async close() {
      isClosed = true;
      stopWatching();
      await Promise.all([written(), delivery.close()]);
    },
  };
}
