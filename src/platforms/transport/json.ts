/**
 * JSON that another machine wrote, read in steps that let keys in: JSON.parse alone can take a second for 8 MB. A large array
 * or object is taken apart into pieces of some kilobytes, and JSON.parse reads those. Depth and number of values have limits.
 */
import { breathe } from './breathe.ts';

/** Not JSON, or beyond a limit. */
export class JsonError extends SyntaxError {
  constructor(why: string) {
    super(why);
    this.name = 'JsonError';
  }
}

/** No answer of Proxmox VE or OpenStack is nested deeper than ten. */
const DEEPEST = 64;
/** A list of 30,000 guests with thirty fields each, and some 100 MB of memory. */
const MOST_VALUES = 1_000_000;
/** A hundred times what the largest object of any API has; larger ones make whole tables grow at once. */
const MOST_KEYS = 10_000;
/** Characters that JSON.parse is given at once: a millisecond or two. */
const PIECE = 16_384;
/** A key that is pressed meanwhile waits no longer than this, and one piece. */
const AT_A_TIME_MS = 1;
/** Characters between two looks at the clock. */
const SCANNED_AT_ONCE = 16_384;

/** An array or object that is longer than a piece, with what is needed to cut it. */
interface Large {
  readonly isObject: boolean;
  /** Of its brackets. */
  readonly start: number;
  readonly end: number;
  readonly commas: readonly number[];
  /** Large ones in it, in their order. */
  readonly inner: readonly Large[];
}

/** Rejects with JsonError, or the signal's reason. */
export async function readJson(body: Buffer, signal?: AbortSignal): Promise<unknown> {
  const text = body.toString('utf8');
  let since = performance.now();
  const pause = async () => {
    if (performance.now() - since < AT_A_TIME_MS) return;
    await breathe();
    signal?.throwIfAborted();
    since = performance.now();
  };
  const root = await scan(text, pause);
  if (!root) return parse(text);
  if (text.slice(0, root.start).trim() !== '' || text.slice(root.end + 1).trim() !== '') throw notOne();
  return build(text, root, pause);
}

type Pause = () => Promise<void>;

const [QUOTE, BACKSLASH, COMMA, OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = Array.from('"\\,[]{}', (letter) =>
  letter.charCodeAt(0),
);

/** Looks at every character once. Undefined when the whole fits into one piece. */
async function scan(text: string, pause: Pause): Promise<Large | undefined> {
  const open: { isObject: boolean; start: number; commas: number[]; inner: Large[] }[] = [];
  let root: Large | undefined;
  let values = 1;
  let inString = false;
  let look = SCANNED_AT_ONCE;
  for (let at = 0; at < text.length; at++) {
    if (at >= look) {
      look = at + SCANNED_AT_ONCE;
      await pause();
    }
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === BACKSLASH) at++;
      else if (code === QUOTE) inString = false;
    } else if (code === QUOTE) inString = true;
    else if (code === OPEN_ARRAY || code === OPEN_OBJECT) {
      if (open.length === DEEPEST) throw new JsonError(`it is nested deeper than ${DEEPEST}`);
      open.push({ isObject: code === OPEN_OBJECT, start: at, commas: [], inner: [] });
      values++;
    } else if (code === COMMA) {
      open.at(-1)?.commas.push(at);
      values++;
    } else if (code === CLOSE_ARRAY || code === CLOSE_OBJECT) {
      const closed = open.pop();
      if (closed?.isObject !== (code === CLOSE_OBJECT)) throw new JsonError('its brackets do not match');
      if (closed.isObject && closed.commas.length >= MOST_KEYS) {
        throw new JsonError(`it holds an object with more than ${MOST_KEYS} keys`);
      }
      if (at - closed.start <= PIECE) continue;
      const large = { ...closed, end: at };
      const parent = open.at(-1);
      if (parent) parent.inner.push(large);
      else if (root) throw notOne();
      else root = large;
    }
    if (values > MOST_VALUES) throw new JsonError(`it holds more than ${MOST_VALUES} values`);
  }
  if (open.length > 0 || inString) throw new JsonError('it broke off half-way');
  return root;
}

async function build(text: string, large: Large, pause: Pause): Promise<unknown> {
  const { isObject, start, end, commas, inner } = large;
  const built: unknown[] | Record<string, unknown> = isObject ? {} : [];
  const addPiece = (from: number, to: number) => {
    const piece = text.slice(from, to);
    if (piece.trim() === '' && commas.length > 0) throw new JsonError('a value is missing');
    const part = parse(isObject ? `{${piece}}` : `[${piece}]`);
    if (Array.isArray(built)) for (const value of part as unknown[]) built.push(value);
    else for (const [key, value] of Object.entries(part as object)) setOwn(built, key, value);
  };
  let from = start + 1;
  let nth = 0;
  for (let i = 0; i <= commas.length; i++) {
    const to = commas[i] ?? end;
    const one = inner[nth];
    if (one && one.start < to) {
      const begin = i === 0 ? start + 1 : (commas[i - 1] as number) + 1;
      if (begin > from) addPiece(from, begin - 1);
      const before = text.slice(begin, one.start).trim();
      if (text.slice(one.end + 1, to).trim() !== '') throw new JsonError('a comma is missing');
      const value = await build(text, one, pause);
      if (!Array.isArray(built)) setOwn(built, keyIn(before), value);
      else if (before === '') built.push(value);
      else throw new JsonError('a comma is missing');
      nth++;
      from = to + 1;
    } else if (to - from > PIECE || to === end) {
      addPiece(from, to);
      from = to + 1;
    }
    await pause();
  }
  return built;
}

/** `"key":`. */
function keyIn(before: string): string {
  const key = before.endsWith(':') ? parse(before.slice(0, -1)) : undefined;
  if (typeof key !== 'string') throw new JsonError('a key is missing');
  return key;
}

/** As JSON.parse does it: a key like `__proto__` is one like every other. */
function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
}

const notOne = (): JsonError => new JsonError('it is more than one value');

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // Node's sentence repeats what the server sent.
    throw new JsonError(error instanceof SyntaxError ? 'it is no JSON' : String(error));
  }
}
