import { Box } from 'ink';
import { Fragment, useSyncExternalStore } from 'react';
import { useStore } from '../state/use-store.ts';
import type { Views } from './commands.ts';
import { Lines } from './components/lines.tsx';
import type { FleetState } from './fleet/fleet-state.ts';
import { bottomLines } from './frame/bottom.ts';
import { headerText } from './frame/header.ts';
import type { Stage } from './stage.ts';

interface RootProps {
  readonly stage: Stage;
  readonly state: FleetState;
  readonly views: Views;
}

const SMALLEST = { columns: 40, rows: 8 } as const;
/** Header, message and key bar. */
const CHROME = 3;

/** The whole screen: header, the view in front, message line, key bar, and the layers over them. Exactly as many rows as there are. */
export function Root({ stage, state, views }: RootProps) {
  useSyncExternalStore(stage.subscribe, () => stage.version);
  useStore(stage.services.store);
  const { columns, rows } = stage.terminal.size();
  if (columns < SMALLEST.columns || rows < SMALLEST.rows) return <TooSmall columns={columns} rows={rows} />;

  const view = views.current;
  const room = { columns, rows: rows - CHROME };
  const body = view.lines(room);
  const { top, all } = stage.layers;
  const lines = [
    headerText(stage.services, state, view.id, columns, stage.look),
    ...Array.from({ length: room.rows }, (_, at) => body[at] ?? ''),
    ...bottomLines(stage.message.current, top ? top.hints() : view.hints(), columns, stage.look),
  ];
  return (
    <Box width={columns} height={rows} overflow="hidden">
      <Lines lines={lines} />
      {all.map((layer, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the stack is what it is by its order
        <Fragment key={at}>{layer.draw({ columns, rows: rows - 1 })}</Fragment>
      ))}
    </Box>
  );
}

function TooSmall({ columns, rows }: { readonly columns: number; readonly rows: number }) {
  const words = [`drover needs ${SMALLEST.columns}x${SMALLEST.rows},`, `this is ${columns}x${rows}`];
  return <Lines lines={words.slice(0, Math.max(1, rows)).map((line) => line.slice(0, columns))} />;
}
