/**
 * The numbers that the kitty keyboard protocol gives to keys without a character (sw.kovidgoyal.net/kitty/keyboard-protocol,
 * "Functional key definitions"). Keys that only modify, locks and media keys are left out: they do nothing by themselves.
 */
const KEYPAD = [...'0123456789', '.', '/', '*', '-', '+'] as const;
const FIRST_OF_KEYPAD = 57_399;

const NAMED: Readonly<Record<number, string>> = {
  57414: 'enter',
  57417: 'left',
  57418: 'right',
  57419: 'up',
  57420: 'down',
  57421: 'pageup',
  57422: 'pagedown',
  57423: 'home',
  57424: 'end',
  57425: 'insert',
  57426: 'delete',
  57427: 'clear',
};

const EQUALS = 57_415;
const FIRST = 57_344;
const LAST = 63_743;

/** A character that the key types, the name of a key that types nothing, or undefined for keys that drover has no use for. */
export function kittyKey(code: number): { readonly character: string } | { readonly name: string } | undefined {
  const character = code === EQUALS ? '=' : KEYPAD[code - FIRST_OF_KEYPAD];
  if (character !== undefined) return { character };
  const name = NAMED[code];
  return name === undefined ? undefined : { name };
}

export const isKittyCode = (code: number): boolean => code >= FIRST && code <= LAST;
