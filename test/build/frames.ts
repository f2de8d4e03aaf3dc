/** Screens of all kinds, as Ink makes them: what the swapped parts of the bundle are compared on. */
import { Box, renderToString, Spacer, Text, Transform } from 'ink';
import { createElement as h, type ReactNode } from 'react';

const NAMES = ['web1', 'db-01', 'büro ☕ 1', '仮想機械-7', '👨‍👩‍👧 family', 'e\u0301te\u0301', 'x'.repeat(70), ''];

const rows = (count: number): ReactNode[] =>
  Array.from({ length: count }, (_, row) =>
    h(
      Text,
      { key: row, wrap: 'truncate', inverse: row === 2 },
      `${NAMES[row % NAMES.length]?.padEnd(14)} \x1b[32m● running\x1b[39m ${String((row * 37) % 100).padStart(3)}% \x1b[36m▂▄▆█\x1b[39m`,
    ),
  );

const tree = h(Box, { flexDirection: 'column', width: 40 }, ...rows(10));
const details = h(
  Box,
  { flexDirection: 'column', borderStyle: 'round', borderColor: 'blue', paddingX: 1, flexGrow: 1 },
  h(Text, { bold: true }, 'web1'),
  h(
    Text,
    { color: 'red', wrap: 'wrap' },
    'a long sentence in one colour that has to be broken into several lines to fit',
  ),
  h(Text, { wrap: 'truncate-middle' }, '/var/lib/libvirt/images/仮想/web1-disk0.qcow2.snapshot.2024'),
);
const dialog = h(
  Box,
  {
    position: 'absolute',
    marginTop: 3,
    marginLeft: 12,
    borderStyle: 'double',
    width: 34,
    flexDirection: 'column',
    backgroundColor: 'blue',
  },
  h(Text, null, 'Delete web1 and its disks?'),
  h(Box, null, h(Text, { inverse: true }, ' Yes '), h(Spacer), h(Text, null, ' 仮 ')),
);
const page = (...children: ReactNode[]): ReactNode => h(Box, { width: 80, height: 14 }, ...children);

const SCREENS: readonly ReactNode[] = [
  page(tree),
  page(tree, details),
  page(tree, details, dialog),
  page(h(Box, { borderStyle: 'single', width: 80, height: 14 }, tree)),
  page(
    h(
      Box,
      { width: 20, height: 5, overflow: 'hidden' },
      h(Box, { marginTop: -2, marginLeft: -3, flexShrink: 0 }, tree),
    ),
  ),
  page(h(Box, { width: 30, height: 4, overflowY: 'hidden', flexDirection: 'column' }, ...rows(10))),
  page(
    h(Transform, { transform: (line, index) => `${index} ${line.toUpperCase()}` }, h(Text, null, 'one\ntwo\nthree')),
  ),
  page(h(Text, { color: 'green' }, 'first\nsecond\n\nfourth ', h(Text, { underline: true }, 'under\nlined'))),
  page(
    h(
      Box,
      { flexDirection: 'column' },
      ...NAMES.map((name, key) => h(Box, { key, gap: 2 }, h(Text, null, name), h(Text, { dimColor: true }, '│'))),
    ),
  ),
  page(h(Text, { backgroundColor: 'red' }, '   padded   '), h(Text, null, '   ')),
];

export const frames: readonly string[] = SCREENS.map((screen) => renderToString(screen, { columns: 80 }));
