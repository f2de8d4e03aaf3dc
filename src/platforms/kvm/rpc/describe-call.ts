/** How a call reads in the wire log: its name, the guest it is about, and the plain values. No document and no list is printed. */

const LONGEST = 60;

export function describeCall(procedure: string, args: unknown): string {
  if (typeof args !== 'object' || args === null) return procedure;
  const words = Object.entries(args).flatMap(([key, value]) => describeArgument(key, value));
  return [procedure, ...words].join(' ');
}

function describeArgument(key: string, value: unknown): string[] {
  if (value === undefined) return [];
  if (typeof value === 'number' || typeof value === 'boolean') return [`${key}=${value}`];
  if (typeof value === 'string')
    return [`${key}=${value.length > LONGEST ? `(${value.length} characters)` : quoted(value)}`];
  if (Array.isArray(value)) return [`${key}=(${value.length})`];
  if (typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string')
    return [quoted(value.name)];
  return [];
}

/** Escaped, so that a name from a host can't steer the terminal or turn the line around. */
const quoted = (text: string): string => {
  const escaped = JSON.stringify(text).replace(
    /[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return /^"[\w./:@-]+"$/.test(escaped) ? text : escaped;
};
