/** What the wire log shows of a request. */

const SECRET_KEY = /ticket|token|passw|secret|signature|credential|otp|challenge|api-?key/i;
const BLOT = '********';

/** The path with its query; a ticket in it and values of keys that sound like secrets are blotted out. */
export function redactPath(whole: string): string {
  const path = whole.replace(/(\/ticket\/)[^/?]+/i, `$1${BLOT}`);
  const start = path.indexOf('?');
  if (start < 0) return path;
  const pairs = path.slice(start + 1).split('&');
  const shown = pairs.map((pair) => {
    const [key = ''] = pair.split('=', 1);
    return SECRET_KEY.test(key) ? `${key}=${BLOT}` : pair;
  });
  return `${path.slice(0, start)}?${shown.join('&')}`;
}

/** Parameters of a request as the log shows them: `memory=2048 description=…`. */
export const redactFields = (fields: Readonly<Record<string, string>>): string =>
  Object.entries(fields)
    .map(([key, value]) => `${key}=${SECRET_KEY.test(key) ? BLOT : value}`)
    .join(' ');

/** What a server says is hostile: one line without control characters, of a length that fits. */
export const plainLine = (text: string, most = 300): string => {
  const line = text
    .slice(0, most * 8)
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
};
