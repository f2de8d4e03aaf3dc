/** Ends in the way that its first argument says. */
import { guardCrash } from '../../../src/crash/guard-crash.ts';
import { createRedactor } from '../../../src/state/files/redactor.ts';

const redactor = createRedactor();
redactor.add('hunter2secret');
guardCrash(process.env).describedBy({
  redact: redactor.redact,
  sections: () => {
    if (process.argv[3] === 'broken') throw new Error('the log is gone');
    return [{ title: 'wire log', lines: ['auth hunter2secret', 'list \x1b[31mred\nname'] }];
  },
});

const cause = new Error('login with hunter2secret');
const ways: Readonly<Record<string, () => unknown>> = {
  throw: () =>
    setImmediate(() => {
      throw new TypeError('no such row', { cause });
    }),
  reject: () => void Promise.reject(new TypeError('no such row', { cause })),
  await: () => Promise.reject(new TypeError('no such row', { cause })),
  odd: () =>
    setImmediate(() => {
      throw 'just words';
    }),
};
await ways[process.argv[2] ?? '']?.();
setTimeout(() => process.exit(9), 10_000);
