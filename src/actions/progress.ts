import { bytes, spellBytes } from '../units.ts';
import type { Report } from './action.ts';

/** So often is reported how far it is. */
const REPORTED_EACH_MS = 250;

/** `42 %, 1.2GiB of 2.8GiB, 80MiB/s`: what moved since the first report. */
export function progressOf(report: Report, now: () => number): (done: number, of?: number) => void {
  let begun: { readonly at: number; readonly done: number } | undefined;
  let reportedAt = Number.NEGATIVE_INFINITY;
  return (done, size) => {
    const at = now();
    begun ??= { at, done };
    if (at - reportedAt < REPORTED_EACH_MS) return;
    reportedAt = at;
    const rate =
      at > begun.at
        ? `, ${spellBytes(bytes(Math.max(0, Math.round(((done - begun.done) * 1000) / (at - begun.at)))))}/s`
        : '';
    const share = size === undefined || size === 0 ? '' : `${Math.floor((100 * done) / size)} %, `;
    const whole = size === undefined ? '' : ` of ${spellBytes(bytes(size))}`;
    report(`${share}${spellBytes(bytes(done))}${whole}${rate}`);
  };
}
