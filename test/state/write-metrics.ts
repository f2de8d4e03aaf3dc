/** A drover that measures a minute each few milliseconds: `node write-metrics.ts FILE OBJECT MINUTE` prints each that is on the disk. */
import { systemClock } from '../../src/clock.ts';
import { createMetricStore } from '../../src/state/metrics/store.ts';

const [file = '', object = '', from = ''] = process.argv.slice(2);
const key = { source: 'kvm root@host1', object, machine: `uuid of ${object}` };
const trouble = (message: string) => {
  console.error(message);
  process.exit(1);
};
const store = createMetricStore({ file, clock: systemClock, trouble });

for (let minute = Number(from); ; minute++) {
  store.add({ minute, keys: [key], means: Float64Array.of(0.5, 2 ** 30, 1, 2, 3, 4) });
  store.tidy({ days: 365, bytes: 2 ** 30 });
  // It is answered behind both.
  await store.read(key, 'hour', AbortSignal.timeout(60_000));
  console.log(minute);
}
