/** The thread that waits for the disk, so that no key does: SQLite answers only when all is done. */
import { parentPort, workerData } from 'node:worker_threads';
import { FleetError, sentence } from '../../errors.ts';
import type { History } from '../../platforms/contract.ts';
import { createMetricDatabase, type MetricDatabase } from './database.ts';
import type { FromThread, Order, ToThread } from './messages.ts';
import { openFile, troubleOf } from './open-file.ts';

const port = parentPort;
if (!port) throw new Error('this is a thread of its own');
const { file }: { file: string } = workerData;

const opening = openFile(file).then(createMetricDatabase);
// Each order that fails by it reports it.
opening.catch(() => undefined);

port.on('message', async ({ call, ...order }: ToThread) => {
  const answer = (message: FromThread) => port.postMessage(message);
  try {
    answer({ call, kind: 'done', history: obey(order, await opening) });
  } catch (error) {
    const trouble = troubleOf(error, file);
    answer({
      call,
      kind: 'failed',
      isKnown: trouble instanceof FleetError,
      message: sentence(trouble),
      fix: trouble instanceof FleetError ? trouble.fix : undefined,
      stack: trouble instanceof Error ? trouble.stack : undefined,
    });
  }
});

function obey(order: Order, database: MetricDatabase): History | undefined {
  switch (order.kind) {
    case 'add':
      database.add(order.block);
      return undefined;
    case 'read':
      return database.read(order.key, order.range, order.now);
    case 'tidy':
      database.tidy(order.now, order.limits);
      return undefined;
    case 'close':
      database.close();
      return undefined;
  }
}
