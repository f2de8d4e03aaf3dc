import { sentence } from '../errors.ts';
import { SCHEDULE_VARIABLE } from '../state/files/who-am-i.ts';
import type { Store } from '../state/fleet/store.ts';
import { watchAvailability } from '../state/records/availability.ts';
import {
  createNotices,
  isKept,
  type NewNotice,
  type Notices,
  type NoticesOptions,
  noticeOf,
  sentWhenDone,
} from '../state/records/notices.ts';
import { createSecondLook } from '../state/records/second-look.ts';
import { createTaskHistory, type TaskHistory, type TaskHistoryOptions } from '../state/records/task-history.ts';
import { type VmNotice, watchVms } from '../state/records/vm-availability.ts';
import type { TaskWitness } from '../state/tasks.ts';
import { createDelivery, type DeliveryOptions } from './delivery.ts';

/** Events, kept for later runs, and sent by the rules of the configuration. */
export interface Notifier {
  readonly taskHistory: TaskHistory;
  readonly notices: Notices;
  /** Gets every task. */
  readonly witness: TaskWitness;
  /** Notifies from now on of endpoints and nodes that go away and come back, and of VMs that fail, stop and start. */
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
  readonly store: Pick<Store, 'fleet' | 'subscribe' | 'followStates'>;
}

export function createNotifier(options: NotifierOptions): Notifier {
  const { store, clock, redactor } = options;
  const trouble = (message: string) => options.trouble(redactor.redact(message));
  const taskHistory = createTaskHistory(options);
  const notices = createNotices(options);
  const delivery = createDelivery({ ...options, trouble });
  const secondLook = createSecondLook(store, clock, (notice) => notify(notice));
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

  /** That a VM was stopped or started is sent, and not kept. */
  const ofVm = (once: (notice: NewNotice) => void) => (notice: VmNotice) => {
    const { kind } = notice;
    if (isKept(kind)) once({ ...notice, kind });
    else
      delivery.deliver({
        ...notice,
        id: `${kind} ${notice.subject}`,
        at: clock.now(),
        text: redactor.redact(notice.text),
      });
  };

  const watch = async () => {
    const known = await notices.refresh();
    if (isClosed) return;
    const once = (notice: NewNotice) => void notifyOnce(notice).catch(failed);
    const stops = [watchAvailability(store, clock, known, once), watchVms(store, clock, known, ofVm(once))];
    stopWatching = () => {
      for (const stop of stops) stop();
    };
  };

  const written = async () => {
    await Promise.all([taskHistory.written(), notices.written()]);
  };

  return {
    taskHistory,
    notices,
    witness: {
      began(task) {
        secondLook.began(task);
        taskHistory.began(task);
      },
      itemEnded: taskHistory.itemEnded,
      ended(task) {
        taskHistory.ended(task);
        secondLook.ended(task);
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
      secondLook.stop();
      await Promise.all([written(), delivery.close()]);
    },
  };
}
