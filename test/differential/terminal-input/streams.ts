/**
 * What terminals send, and what was meant by it: written down from xterm's control sequences, the kitty keyboard protocol,
 * rxvt's reference and the Linux console's man page (console_codes), and not from the parser.
 */

/** One piece of a stream, and what has to come out of it: `ctrl-up`, `paste(text)`, `press(left 3,4)`; nothing for a report. */
export interface Sent {
  readonly bytes: Buffer;
  readonly meant: readonly string[];
}

const sent = (bytes: string | Buffer, ...meant: readonly string[]): Sent => ({
  bytes: Buffer.from(bytes as string),
  meant,
});

/** xterm's and the kitty protocol's parameter is one more than the sum of these. */
const MODIFIERS = [
  ['', 1],
  ['shift-', 2],
  ['alt-', 3],
  ['alt-shift-', 4],
  ['ctrl-', 5],
  ['ctrl-shift-', 6],
  ['ctrl-alt-', 7],
  ['ctrl-alt-shift-', 8],
] as const;

const CURSOR = { A: 'up', B: 'down', C: 'right', D: 'left', H: 'home', F: 'end' } as const;
const FUNCTION = { P: 'f1', Q: 'f2', R: 'f3', S: 'f4' } as const;
const TILDE: Readonly<Record<number, string>> = {
  2: 'insert',
  3: 'delete',
  5: 'pageup',
  6: 'pagedown',
  15: 'f5',
  17: 'f6',
  18: 'f7',
  19: 'f8',
  20: 'f9',
  21: 'f10',
  23: 'f11',
  24: 'f12',
};

/** Keys with a sequence of their own. */
const sequenceKeys: readonly Sent[] = [
  ...Object.entries(CURSOR).flatMap(([letter, name]) => [
    sent(`\x1b[${letter}`, name),
    sent(`\x1bO${letter}`, name),
    ...MODIFIERS.slice(1).map(([word, number]) => sent(`\x1b[1;${number}${letter}`, word + name)),
  ]),
  ...Object.entries(FUNCTION).map(([letter, name]) => sent(`\x1bO${letter}`, name)),
  // f3 with modifiers has the form of a report of the cursor's place, and is given up for that
  ...['P', 'Q', 'S'].flatMap((letter) =>
    MODIFIERS.slice(1).map(([word, number]) => sent(`\x1b[1;${number}${letter}`, word + FUNCTION[letter as 'P'])),
  ),
  ...Object.entries(TILDE).flatMap(([number, name]) => [
    sent(`\x1b[${number}~`, name),
    ...MODIFIERS.slice(1).map(([word, modifier]) => sent(`\x1b[${number};${modifier}~`, word + name)),
  ]),
  sent('\x1b[Z', 'shift-tab'),
  // rxvt
  sent('\x1b[a', 'shift-up'),
  sent('\x1bOb', 'ctrl-down'),
  sent('\x1b[7$', 'shift-home'),
  sent('\x1b[8^', 'ctrl-end'),
  sent('\x1b[3@', 'ctrl-shift-delete'),
  // the Linux console
  ...[...'ABCDE'].map((letter, at) => sent(`\x1b[[${letter}`, `f${at + 1}`)),
  // the keypad in application mode
  ...[...'0123456789'].map((digit) => sent(`\x1bO${String.fromCharCode(digit.charCodeAt(0) + 0x40)}`, digit)),
  sent('\x1bOM', 'enter'),
  sent('\x1bOk', '+'),
];

/** xterm's modifyOtherKeys and the kitty protocol, with its events, alternate keys and texts. */
const reportedKeys: readonly Sent[] = [
  ...[...'ajz'].flatMap((letter) => {
    const code = letter.charCodeAt(0);
    const capital = code - 0x20;
    return [
      sent(`\x1b[${code}u`, letter),
      sent(`\x1b[${code};5u`, `ctrl-${letter}`),
      sent(`\x1b[27;5;${code}~`, `ctrl-${letter}`),
      sent(`\x1b[${code};3u`, `alt-${letter}`),
      sent(`\x1b[${code};2u`, letter.toUpperCase()),
      sent(`\x1b[${code}:${capital};2u`, letter.toUpperCase()),
      sent(`\x1b[${code}:${capital}:${code};2:1;${capital}u`, letter.toUpperCase()),
      sent(`\x1b[${code};1:1u`, letter),
      sent(`\x1b[${code};1:2u`, letter),
      sent(`\x1b[${code};129u`, letter),
      // releases, and keys of a window manager
      sent(`\x1b[${code};1:3u`),
      sent(`\x1b[${code};5:3u`),
      sent(`\x1b[${code};9u`),
      sent(`\x1b[${code};17u`),
      sent(`\x1b[${code};33u`),
    ];
  }),
  sent('\x1b[27u', 'esc'),
  sent('\x1b[13;2u', 'shift-enter'),
  sent('\x1b[9u', 'tab'),
  sent('\x1b[127;5u', 'ctrl-backspace'),
  sent('\x1b[57414u', 'enter'),
  sent('\x1b[57400u', '1'),
  sent('\x1b[57417u', 'left'),
  sent('\x1b[1;1:2B', 'down'),
  sent('\x1b[1;1:3B'),
  sent('\x1b[3;1:3~'),
  // shift, control, caps lock and volume by themselves, pressed and released
  ...[57441, 57442, 57443, 57447, 57358, 57438].flatMap((code) => [sent(`\x1b[${code};2u`), sent(`\x1b[${code};1:3u`)]),
];

const typedKeys: readonly Sent[] = [
  ...[...'jkGDyMq1/:'].map((character) => sent(character, character)),
  sent(' ', 'space'),
  sent('\r', 'enter'),
  sent('\t', 'tab'),
  sent('\x7f', 'backspace'),
  sent('\x03', 'ctrl-c'),
  sent('\x1a', 'ctrl-z'),
  sent('ä', 'ä'),
  sent('漢', '漢'),
  sent('😀', '😀'),
  sent('\x1bx', 'alt-x'),
  sent('\x1bä', 'alt-ä'),
];

const pastes: readonly Sent[] = [
  sent('\x1b[200~D\ry\x1b[201~', 'paste(D\ny)'),
  sent('\x1b[200~\x1b[201~', 'paste()'),
  sent('\x1b[200~zürich 漢😀 \x1b[A\x1b[M !!\x1b[201~', 'paste(zürich 漢😀 [A[M !!)'),
];

const BUTTONS = ['left', 'middle', 'right'] as const;
const PLACES = [
  [0, 0],
  [12, 4],
  [35, 88],
  [88, 35],
  [94, 24],
] as const;
/** X10's encoding ends at 223; in UTF-8 and in numbers it goes on. */
const FAR = [
  [95, 40],
  [132, 96],
  [200, 60],
] as const;

function mouse(button: number, column: number, row: number): readonly Sent[] {
  const name = BUTTONS[button];
  const press = `press(${name} ${column},${row})`;
  const release = (said: string) => `release(${said} ${column},${row})`;
  const text = (...numbers: readonly number[]) => String.fromCodePoint(...numbers.map((number) => number + 32));
  const place = [column + 1, row + 1] as const;
  return [
    sent(`\x1b[<${button};${place.join(';')}M`, press),
    sent(`\x1b[<${button};${place.join(';')}m`, release(name ?? '')),
    sent(`\x1b[<${button + 32};${place.join(';')}M`, `drag(${name} ${column},${row})`),
    sent(`\x1b[<64;${place.join(';')}M`, `wheel-up( ${column},${row})`),
    sent(`\x1b[<${button + 128};${place.join(';')}M`),
    // urxvt: only the button is moved by 32
    sent(`\x1b[${button + 32};${place.join(';')}M`, press),
    sent(`\x1b[35;${place.join(';')}M`, release('')),
    // three characters, in UTF-8 where they are larger than a byte
    sent(`\x1b[M${text(button, ...place)}`, press),
    sent(`\x1b[M${text(3, ...place)}`, release('')),
  ];
}

const mice: readonly Sent[] = [
  ...[...PLACES, ...FAR].flatMap(([column, row]) => [0, 1, 2].flatMap((button) => mouse(button, column, row))),
  // three bytes, which are no UTF-8
  sent(Buffer.from([0x1b, 0x5b, 0x4d, 0x20, 0xf0, 0xe9]), 'press(left 207,200)'),
  sent(Buffer.from([0x1b, 0x5b, 0x4d, 0x20, 0xa8, 0x44]), 'press(left 135,35)'),
  // highlight tracking: the answer to a release
  sent('\x1b[tDy'),
  sent('\x1b[TDyMSDy'),
];

/** Answers to questions, and what is sent unasked. */
const reports: readonly Sent[] = [
  '\x1b[?64;1;2;6;9;15;22c',
  '\x1b[>41;390;0c',
  '\x1b[=1;2c',
  '\x1bP!|00000000\x1b\\',
  '\x1b[0n',
  '\x1b[24;80R',
  '\x1b[1;1R',
  '\x1b[1;5R',
  '\x1b[?12;40;1R',
  '\x1b[?2026;2$y',
  '\x1b[4;1$y',
  '\x1b[8;24;80t',
  '\x1b[4;480;640t',
  '\x1b[9;50;200t',
  '\x1b[3;0;0t',
  '\x1b[1t',
  '\x1b[48;24;80;480;640t',
  '\x1b]l drover: D y\x1b\\',
  '\x1b]10;rgb:ffff/ffff/ffff\x1b\\',
  '\x1b]11;rgb:0000/0000/0000\x07',
  '\x1b]4;1;rgb:cdcd/0000/0000\x1b\\',
  '\x1b]52;c;RHk=\x1b\\',
  '\x1b]2;zürich D\x07',
  '\x1bP>|XTerm(390)\x1b\\',
  '\x1bP1+r544e=787465726d\x1b\\',
  '\x1bP0+r\x1b\\',
  '\x1bP1$r0;1m\x1b\\',
  '\x1b_Gi=31;OK\x1b\\',
  '\x1b^D y\x1b\\',
  '\x1bXD y\x1b\\',
  '\x1b[?5u',
  '\x1b[?997;1n',
  '\x1b[>4;2m',
  '\x1b[?62;4;22;28c',
  '\x1b[0;0;0;0&w',
  '\x1b[2;1x',
  '\x1b[68;32;68;1;0;1_',
].map((bytes) => sent(bytes));

const focus: readonly Sent[] = [sent('\x1b[I', 'focus in'), sent('\x1b[O', 'focus out')];

/** All that a terminal sends, one by one. */
export const everything: readonly Sent[] = [
  ...sequenceKeys,
  ...reportedKeys,
  ...typedKeys,
  ...pastes,
  ...mice,
  ...reports,
  ...focus,
];
