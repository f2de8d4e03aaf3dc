import { expect, it } from 'vitest';
import { openStage } from '../../../test/screens/light-stage.tsx';
import { look, plain } from '../../../test/screens/painted.ts';
import type { Notice } from '../../state/records/notices.ts';
import { headerText } from '../frame/header.ts';
import { createNoticesView } from './notices-view.ts';

const noon = new Date(2026, 0, 1, 12).getTime();
const unpainted = (lines: readonly string[]) => plain(lines).split('\n');

function open(list: readonly Notice[]) {
  let unread = list.length;
  const notices = {
    list: () => list,
    get unread() {
      return unread;
    },
    refresh: async () => list,
    markRead: () => {
      unread = 0;
    },
    subscribe: () => () => {},
  };
  const light = openStage({ services: { notices } });
  const gone: string[] = [];
  const view = createNoticesView(light.stage, (id, name) => void gone.push(`${id} ${name}`));
  return {
    ...light,
    view,
    gone,
    header: () => unpainted([headerText(light.stage, light.state, 'fleet', 200, look)])[0],
  };
}

const some: readonly Notice[] = [
  { id: 'b', at: noon, kind: 'back', subject: 'host1', name: 'host1', text: 'host1 is reachable again' },
  {
    id: 'a',
    at: noon - 86_400_000,
    kind: 'task-failed',
    subject: 'host1/web1',
    name: 'web1',
    text: 'Start web1: there is not enough memory left on this node for a machine of that size',
  },
];

it('F-222 shows what failed, went away and came back, the whole sentence of one, and leads there', () => {
  const { view, gone } = open(some);
  const shown = () => unpainted(view.lines({ columns: 60, rows: 10 }));
  expect(shown()).toEqual([
    ' TIME     WHAT        HAPPENED',
    ' 12:00:00 back        host1 is reachable again',
    ' 12-31    task-failed Start web1: there is not enough memor…',
    '─'.repeat(60),
    ' 2026-01-01 12:00: host1 is reachable again',
  ]);
  view.handlers['view.down']?.();
  expect(shown().slice(4)).toEqual([
    ' 2025-12-31 12:00: Start web1: there is not enough memory',
    ' left on this node for a machine of that size',
  ]);
  view.handlers['view.enter']?.();
  expect(gone).toEqual(['host1/web1 web1']);
});

it('F-222 counts in the title what the user has not looked at yet', () => {
  const { view, header } = open(some);
  expect(header()).toContain('2 notifications (z)');
  const leave = view.enter?.();
  expect(header()).not.toContain('notification');
  leave?.();
});

it('may have nothing to tell', () => {
  const { view, header } = open([]);
  expect(unpainted(view.lines({ columns: 60, rows: 4 }))[1]).toBe(' Nothing failed, went away or came back yet.');
  expect(header()).not.toContain('notification');
});
