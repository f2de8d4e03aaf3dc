/** When a schedule runs, in the time zone of this machine: once, or again and again. */
export interface When {
  /** The first time; epoch, ms. */
  readonly first: number;
  /**
   * How often from then on; that once alone where absent. Days are those of the calendar: also when clocks are put forward or
   * back it is the same time of the day.
   */
  readonly every?: { readonly minutes: number } | { readonly days: number };
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const MOST_MINUTES = 24 * 60;
const MOST_DAYS = 366;

/** The time with this number, beginning at 0. */
function timeAt({ first, every }: When, index: number): number {
  if (!every) return first;
  if ('minutes' in every) return first + index * every.minutes * MINUTE_MS;
  const day = new Date(first);
  day.setDate(day.getDate() + index * every.days);
  return day.getTime();
}

/** The number of the last time that is not after `now`; -1 where there is none. */
function indexUpTo(when: When, now: number): number {
  const { first, every } = when;
  if (now < first) return -1;
  if (!every) return 0;
  if ('minutes' in every) return Math.floor((now - first) / (every.minutes * MINUTE_MS));
  // Days are 23 to 25 hours long: the estimate may be one too low or too high.
  let index = Math.max(0, Math.floor((now - first) / (every.days * DAY_MS)) - 1);
  while (timeAt(when, index + 1) <= now) index++;
  return index;
}

/** The last time that is not after `now`; undefined before the first. */
export function latestUpTo(when: When, now: number): number | undefined {
  const index = indexUpTo(when, now);
  return index < 0 ? undefined : timeAt(when, index);
}

/** The first time after `now`; undefined where there is none left. */
export function nextAfter(when: When, now: number): number | undefined {
  const index = indexUpTo(when, now) + 1;
  return index > 0 && !when.every ? undefined : timeAt(when, index);
}

/** How many times there are after `from` and not after `to`. */
export const countBetween = (when: When, from: number, to: number): number =>
  indexUpTo(when, to) - indexUpTo(when, from);

const UNIT_MINUTES: Readonly<Record<string, number>> = { m: 1, min: 1, minute: 1, h: 60, hour: 60 };
const UNIT_DAYS: Readonly<Record<string, number>> = { d: 1, day: 1, w: 7, week: 7 };

/** `30m`, `6h`, `day`, `2d`, `week`; undefined for anything else, and for more than a year. */
export function everyOf(text: string): When['every'] | undefined {
  const [, digits, unit = ''] = /^(\d{1,5})? ?([a-z]+?)s?$/.exec(text.trim()) ?? [];
  const count = digits === undefined ? 1 : Number(digits);
  const [minutes, days] = [(UNIT_MINUTES[unit] ?? 0) * count, (UNIT_DAYS[unit] ?? 0) * count];
  if (minutes >= 1 && minutes <= MOST_MINUTES) return { minutes };
  return days >= 1 && days <= MOST_DAYS ? { days } : undefined;
}

/** `02:00`, the next time that the clock shows that, or `2026-12-01 02:00`; undefined for anything else. */
export function firstOf(text: string, now: number): number | undefined {
  const clock = /^(\d{1,2}):(\d\d)$/.exec(text.trim());
  if (clock) {
    const [hours, minutes] = [Number(clock[1]), Number(clock[2])];
    if (hours > 23 || minutes > 59) return undefined;
    const day = new Date(now);
    day.setHours(hours, minutes, 0, 0);
    // A day on which clocks are put forward has not got each time: set on it, a later one would be the time of all days.
    while (day.getTime() <= now || day.getHours() !== hours || day.getMinutes() !== minutes) {
      day.setDate(day.getDate() + 1);
      day.setHours(hours, minutes, 0, 0);
    }
    return day.getTime();
  }
  const date = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)$/.exec(text.trim());
  if (!date) return undefined;
  const at = new Date(`${date[1]}T${date[2]}`);
  // A day that the month has not got would be one of the next month.
  return localText(at.getTime()) === `${date[1]} ${date[2]}` ? at.getTime() : undefined;
}

/** `once at 2026-12-01 02:00`, `every day at 02:00`, `every 7 days at 02:00`, `every 30 min`. */
export function spelledWhen({ first, every }: When): string {
  if (!every) return `once at ${localText(first)}`;
  if ('days' in every)
    return `every ${every.days === 1 ? 'day' : `${every.days} days`} at ${localText(first).slice(11)}`;
  return every.minutes % 60 === 0 ? `every ${every.minutes / 60} h` : `every ${every.minutes} min`;
}

const two = (value: number) => String(value).padStart(2, '0');

/** `2026-11-21 12:03`, in the time zone of this machine. */
export function localText(at: number): string {
  const time = new Date(at);
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${date} ${two(time.getHours())}:${two(time.getMinutes())}`;
}
