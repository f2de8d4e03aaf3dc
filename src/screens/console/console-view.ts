import { DETACH_KEY, MENU_KEY } from '../../actions/keymap.ts';
import type { ConsoleSession } from '../../console/console-session.ts';
import { createScrollback, type Scrollback } from '../../console/scrollback.ts';
import { colourLevel } from '../../state/theme/theme-colours.ts';
import type { InputEvent, Key, Mouse } from '../../terminal/keys.ts';
import { width } from '../../terminal/width.ts';
import { createCopying } from '../fleet/copy.ts';
import type { Room } from '../frame/look.ts';
import { keyName } from '../keys.ts';
import type { Stage, View } from '../stage.ts';
import { awaitedLines, bottomBar, topBar } from './console-bars.ts';
import { type ItemWays, menuItems } from './console-items.ts';
import { screenLines, type TabSpan } from './console-lines.ts';
import { openConsoleMenu } from './console-menu.tsx';
import { createGuestMouse } from './guest-mouse.ts';
import { createScrollKeys } from './scroll-keys.ts';
import { SPLIT_FROM, treeColumns } from './split-room.ts';
import { typeEarly, typeInFront } from './type-in-front.ts';

export interface ConsoleView extends View {
  /** The console in front with its bars, for a part of the screen; `hasKeys`: what is typed goes to it. */
  pane(room: Room, hasKeys: boolean): readonly string[];
  /** The mouse in that part; `hasKeys`: what the guest wants to know of it goes there. */
  pointInPane(event: Mouse, columns: number, hasKeys: boolean): boolean;
  /** The first row of the tree beside it. */
  beside(tree: (room: Room) => readonly string[]): void;
}

export interface ConsoleViewOptions {
  /** Leads back to the fleet. */
  readonly leave: () => void;
}

/** As many rows as a notch of the wheel moves in other programs. */
const NOTCH = 3;

/** Consoles of guests, one in front, with all keys but two; beside the tree where that is wanted. */
export function createConsoleView(stage: Stage, { leave }: ConsoleViewOptions): ConsoleView {
  const { consoles, message, services } = stage;
  const keys = stage.terminal.consoleKeys ?? { detach: DETACH_KEY, menu: MENU_KEY };
  const depth = colourLevel(process.env);
  const scrolled = new Map<ConsoleSession, Scrollback>();
  const guestMouse = createGuestMouse();
  const { send } = createCopying(stage);
  let spans: readonly TabSpan[] = [];
  let rows = 1;
  let drawTree: ((room: Room) => readonly string[]) | undefined;
  let cancelTick = () => {};

  const endScroll = (session: ConsoleSession) => {
    scrolled.get(session)?.end();
    scrolled.delete(session);
    stage.changed();
  };
  const scroll = (session: ConsoleSession): Scrollback => {
    const open = scrolled.get(session) ?? createScrollback(session.model);
    scrolled.set(session, open);
    return open;
  };
  const scrollKeys = createScrollKeys(
    stage,
    (text) => send(text, 'what was selected was'),
    () => {
      if (consoles.front) endScroll(consoles.front);
    },
  );

  const ways: ItemWays = {
    keys,
    leave,
    close,
    scroll: (session) => void scroll(session),
    search: (session) => scrollKeys.search(scroll(session), -1),
  };

  async function close(session: ConsoleSession): Promise<void> {
    endScroll(session);
    await consoles.remove(session);
    message.say(`the console of ${session.name} is closed`);
    if (!consoles.front) leave();
  }

  function press(key: Key): void {
    const name = keyName(key);
    const { front, awaited } = consoles;
    message.seen();
    if (name === keys.detach || (!front && !awaited)) return void leave();
    const back = front && scrolled.get(front);
    if (awaited) typeEarly(stage, awaited, key);
    else if (!front) return;
    else if (name === keys.menu) openConsoleMenu(stage, menuItems(stage, front, ways));
    else if (back) scrollKeys.press(name, back, rows);
    else if (name === 'shift-pgup') scroll(front).move(-rows);
    else typeInFront(stage, key);
    stage.changed();
  }

  /** The seconds until it is tried again count down. */
  function tick(session: ConsoleSession): void {
    cancelTick();
    if (session.link().kind === 'waiting') cancelTick = services.clock.after(1_000, stage.changed);
  }

  function pane({ columns, rows: all }: Room, hasKeys: boolean): readonly string[] {
    const { front, awaited } = consoles;
    if (awaited) return awaitedLines(stage, awaited, keys, { columns, rows: all });
    if (!front) return [];
    rows = Math.max(1, all - 2);
    front.resize({ columns, rows });
    tick(front);
    const screen = screenLines(front, { columns, rows }, depth, scrolled.get(front), hasKeys);
    const top = topBar(stage, front, keys, columns, hasKeys);
    spans = top.spans;
    return [top.line, ...screen, bottomBar(stage, front, scrolled.get(front), columns, hasKeys)];
  }

  const paneIsBeside = (columns: number) => consoles.isSplit && columns >= SPLIT_FROM && drawTree !== undefined;

  function pointInPane(event: Mouse, columns: number, hasKeys: boolean): boolean {
    const { action, button, column, row } = event;
    const { front, awaited } = consoles;
    if (!front || awaited) return awaited !== undefined;
    // Several guests may show different things where the mouse is.
    if (hasKeys && consoles.group.size === 0 && !scrolled.has(front))
      if (guestMouse.point(front, { ...event, row: row - 1 }, { columns, rows })) return true;
    if (action === 'wheel-up') scroll(front).move(-NOTCH);
    else if (action === 'wheel-down') scrolled.get(front)?.move(NOTCH);
    else if (action === 'press' && button === 'left' && row === 0) {
      const tab = spans.find(({ from, to }) => column >= from && column < to);
      if (tab) consoles.toFront(tab.session);
    }
    return true;
  }

  return {
    id: 'console',
    title: 'console',
    fills: true,
    handlers: {},
    hints: () => [],
    pane,
    pointInPane,
    beside(tree) {
      drawTree = tree;
    },
    take(event: InputEvent) {
      if (event.kind === 'key') press(event);
      else if (event.kind === 'paste') {
        const { front, awaited } = consoles;
        if (awaited) typeEarly(stage, awaited, event);
        else if (front && !scrolled.has(front)) {
          message.seen();
          typeInFront(stage, event);
        }
      } else return false;
      return true;
    },
    lines(room) {
      if (!paneIsBeside(room.columns)) return pane(room, true);
      const columns = treeColumns(room.columns);
      return besideTree(
        stage,
        drawTree?.({ columns, rows: room.rows }) ?? [],
        columns,
        pane({ columns: room.columns - columns - 1, rows: room.rows }, true),
      );
    },
    point(event, room) {
      const columns = paneIsBeside(room.columns) ? treeColumns(room.columns) + 1 : 0;
      if (event.column < columns && event.action !== 'drag' && event.action !== 'release') {
        if (event.action === 'press') leave();
        return true;
      }
      return pointInPane({ ...event, column: event.column - columns }, room.columns - columns, true);
    },
    enter() {
      consoles.setShown(true);
      message.clear();
      return () => {
        cancelTick();
        consoles.setShown(false);
      };
    },
  };
}

/** The lines of the tree, and of what is beside it. */
export function besideTree(
  { look }: Pick<Stage, 'look'>,
  tree: readonly string[],
  columns: number,
  pane: readonly string[],
): readonly string[] {
  const divider = look.theme.paint('border', look.glyphs.vertical);
  return pane.map((line, at) => {
    const left = tree[at] ?? '';
    return `${left}${' '.repeat(Math.max(0, columns - width(left)))}${divider}${line}`;
  });
}
