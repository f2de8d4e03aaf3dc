const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };
const LEAST_MS = 100;
const MOST_MS = 3_600_000;

/** Milliseconds of `500ms`, `2s`, `1.5m`, kept between 100 ms and an hour; a bare number counts seconds. */
export function parseInterval(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?(ms|s|m)?$/.exec(text.trim());
  const factor = UNITS[match?.[2] ?? 's'];
  if (!match || factor === undefined) return undefined;
  return Math.min(MOST_MS, Math.max(LEAST_MS, Math.round(Number(match[1]) * factor)));
}
