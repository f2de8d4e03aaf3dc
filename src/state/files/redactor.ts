/** Knows the secrets that were looked up, and blots them out of whatever is written for people: wire log, errors, reports. */
export interface Redactor {
  add(secret: string): void;
  redact(text: string): string;
}

const BLOT = '********';
/** Shorter ones would blot out half of every text, and give away by it what they are. */
const SHORTEST = 4;

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** The shapes in which a secret travels: as it is, in JSON, in a URL, in base64; of several lines each for itself. */
function shapesOf(secret: string): readonly string[] {
  const lines = secret.split(/\r?\n/).map((line) => line.trim());
  return [secret, ...lines].flatMap((part) => [
    part,
    JSON.stringify(part).slice(1, -1),
    encodeURIComponent(part.toWellFormed()),
    Buffer.from(part).toString('base64'),
  ]);
}

export function createRedactor(): Redactor {
  const needles = new Set<string>();
  let pattern: RegExp | undefined;
  return {
    add(secret) {
      const before = needles.size;
      for (const shape of shapesOf(secret)) if (shape.length >= SHORTEST) needles.add(shape);
      if (needles.size !== before) pattern = undefined;
    },
    redact(text) {
      if (needles.size === 0) return text;
      // The longest first: a secret that starts with another one is blotted out to its end.
      pattern ??= new RegExp(
        [...needles]
          .sort((a, b) => b.length - a.length)
          .map(escaped)
          .join('|'),
        'g',
      );
      return text.replace(pattern, BLOT);
    },
  };
}
