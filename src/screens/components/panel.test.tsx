import { Box, Text } from 'ink';
import { render } from 'ink-testing-library';
import type { ReactElement, ReactNode } from 'react';
import { describe, expect, it } from 'vitest';
import { look, painted, plain } from '../../../test/screens/painted.ts';
import { Lines } from './lines.tsx';
import { linesOf, Panel } from './panel.tsx';

const room = { columns: 40, rows: 9 };
const frameOf = (node: ReactElement): string => {
  const { lastFrame, unmount } = render(node);
  const frame = lastFrame() ?? '';
  unmount();
  return frame;
};

const Room = ({ children }: { readonly children: ReactNode }) => (
  <Box width={room.columns} height={room.rows}>
    {children}
  </Box>
);

it('lines stand below each other, and an empty one keeps its row', () => {
  const { lastFrame, rerender, unmount } = render(<Lines lines={['one', '', 'three']} />);
  expect(plain(lastFrame() ?? '')).toBe('one\n\nthree');
  rerender(<Lines lines={['one', '', '3']} />);
  expect(plain(lastFrame() ?? '')).toBe('one\n\n3');
  unmount();
});

it('a line that is wider than the screen ends with a sign of it, and takes one row', () => {
  expect(frameOf(<Lines lines={['x'.repeat(120)]} />)).toBe(`${'x'.repeat(99)}…`);
});

it.each([
  [0, 5, 5, 'Keys'],
  [0, 5, 6, 'Keys: lines 1-5 of 6'],
  [3, 5, 6, 'Keys: lines 4-6 of 6'],
])('a title says which lines are shown: from %i, %i of %i', (first, page, all, title) => {
  expect(linesOf('Keys', first, page, all)).toBe(title);
});

describe('a panel', () => {
  it('stands in the middle, with its title in its frame, and fills its lines up', () => {
    const panel = (
      <Panel title="A title" look={look} room={room} lines={['\x1b[1myes\x1b[0m', 'no', 'perhaps']} columns={12} />
    );
    expect(plain(frameOf(<Room>{panel}</Room>))).toMatchInlineSnapshot(`
      "

                  ╭─ A title ────╮
                  │ yes          │
                  │ no           │
                  │ perhaps      │
                  ╰──────────────╯

      "
    `);
    expect(painted(frameOf(<Room>{panel}</Room>)).split('\n')[2]).toMatchInlineSnapshot(
      `"            {border|╭─ }{title|A title}{border| ────╮}"`,
    );
  });

  it('cuts its title and its lines where there is no room for them', () => {
    const lines = Array.from({ length: 20 }, (_, at) => `line ${at}`);
    const panel = <Panel title="A title that is long" look={look} room={room} lines={lines} columns={3} />;
    expect(plain(frameOf(<Room>{panel}</Room>))).toMatchInlineSnapshot(`
      "             ╭─ A title… ─╮
                   │ line 0     │
                   │ line 1     │
                   │ line 2     │
                   │ line 3     │
                   │ line 4     │
                   │ line 5     │
                   │ line 6     │
                   ╰────────────╯"
    `);
    const wide = <Panel title="Wide" look={look} room={room} lines={['x'.repeat(36)]} columns={90} />;
    expect(plain(frameOf(<Room>{wide}</Room>))).toMatchInlineSnapshot(`
      "


      ╭─ Wide ───────────────────────────────╮
      │ xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx │
      ╰──────────────────────────────────────╯


      "
    `);
  });

  it('leaves room for what stands in it below its lines', () => {
    const lines = Array.from({ length: 20 }, (_, at) => `line ${at}`);
    const panel = (
      <Panel title="Choose" look={look} room={room} lines={lines} columns={12} childRows={2}>
        <Text>child that is long</Text>
      </Panel>
    );
    expect(plain(frameOf(<Room>{panel}</Room>))).toMatchInlineSnapshot(`
      "            ╭─ Choose ─────╮
                  │ line 0       │
                  │ line 1       │
                  │ line 2       │
                  │ line 3       │
                  │ line 4       │
                  │ child that   │
                  │ is long      │
                  ╰──────────────╯"
    `);
  });
});
