const two = (value: number) => String(value).padStart(2, '0');

/** `12:03:10`, in the user's time zone. */
export function timeOfDay(at: number): string {
  const time = new Date(at);
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

/** The time of an instant of today, `12:03:10`; of another day its date, `11-21`. */
export const timeOrDay = (at: number, now: number): string =>
  new Date(at).toDateString() === new Date(now).toDateString() ? timeOfDay(at) : dateAndTime(at).slice(5, 10);

/** `2026-11-21 12:03`. */
export function dateAndTime(at: number): string {
  const time = new Date(at);
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${date} ${two(time.getHours())}:${two(time.getMinutes())}`;
}

/** When rows were last true: with the date when they are of an earlier day than the phase that their endpoint is in, as cached ones are. */
export function lastHeard(staleSince: number, phaseSince: number | undefined): string {
  const isSameDay =
    phaseSince === undefined || new Date(staleSince).toDateString() === new Date(phaseSince).toDateString();
  return isSameDay ? timeOfDay(staleSince) : dateAndTime(staleSince);
}

/** How long something took or has taken: `850 ms`, `12 s`, `3 min`, `2 h`. Never negative, even if the clock was set back. */
export function duration(length: number): string {
  const ms = Math.max(0, length);
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  return `${Math.round(ms / 3_600_000)} h`;
}
