import { Box } from 'ink';
import { Fragment, useSyncExternalStore } from 'react';
import { useStore } from '../state/fleet/use-store.ts';
import { fit } from '../terminal/width.ts';
import { Lines } from './components/lines.tsx';
import { wrapped } from './components/wrap.ts';
import type { FleetState } from './fleet/fleet-state.ts';
import { bottomLines, bottomRows } from './frame/bottom.ts';
import { frameLayout, SMALLEST } from './frame/frame-layout.ts';
import { headerText } from './frame/header.ts';
import { hintsNow } from './frame/hints.ts';
import type { Room } from './frame/look.ts';
import type { Views } from './program/views.ts';
import type { Stage } from './stage.ts';
import { TourPanel } from './tour/tour-panel.tsx';

interface RootProps {
  readonly stage: Stage;
  readonly state: FleetState;
  readonly views: Views;
}

/**
 * The whole screen: header, the view in front, message line, key bar, and the layers over them. Exactly as many rows as
 * there are; on a short screen the lines around the view fold away first.
 */
export function Root({ stage, state, views }: RootProps) {
  useSyncExternalStore(stage.subscribe, () => stage.version);
  useStore(stage.services.store);
  const size = stage.terminal.size();
  const { columns, rows } = size;
  if (columns < SMALLEST.columns || rows < SMALLEST.rows) return <TooSmall {...size} />;

  const view = views.current;
  if (view.fills) return <Whole lines={view.lines(size)} stage={stage} />;
  const layout = frameLayout(size);
  const { header } = layout;
  const bottom = bottomRows(stage.message.current, layout);
  const body = { ...layout.body, rows: layout.body.rows - (bottom - layout.bottom) };
  const shown = view.lines(body);
  const summary = headerText(stage, state, view.id, columns, stage.look);
  const lines = [
    ...(header ? [summary] : []),
    ...Array.from({ length: body.rows }, (_, at) => shown[at] ?? ''),
    ...bottomLines(
      {
        message: stage.message.current,
        hints: hintsNow(stage, view),
        otherwise: header ? '' : summary,
        lines: bottom,
      },
      columns,
      stage.look,
    ),
  ];
  const room = { columns, rows: rows - 1 };
  return (
    <Box width={columns} height={rows} overflow="hidden">
      <Lines lines={lines} />
      {stage.tour.shown ? (
        <TourPanel stage={stage} room={room} below={view.id === 'fleet' ? state.detailRows : 0} />
      ) : null}
      {stage.layers.all.map((layer, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the stack is what it is by its order
        <Fragment key={at}>{layer.draw(room)}</Fragment>
      ))}
    </Box>
  );
}

/** A view that has all lines, and what lies over it. */
function Whole({ lines, stage }: { readonly lines: readonly string[]; readonly stage: Stage }) {
  const { columns, rows } = stage.terminal.size();
  return (
    <Box width={columns} height={rows} overflow="hidden">
      <Lines lines={lines} />
      {stage.layers.all.map((layer, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the stack is what it is by its order
        <Fragment key={at}>{layer.draw({ columns, rows: rows - 1 })}</Fragment>
      ))}
    </Box>
  );
}

function TooSmall({ columns, rows }: Room) {
  const sentence = `drover needs at least ${SMALLEST.columns}x${SMALLEST.rows}: make the window larger`;
  const whole = wrapped(sentence, columns);
  const lines = whole.length > rows ? wrapped(`${SMALLEST.columns}x${SMALLEST.rows} needed`, columns) : whole;
  return <Lines lines={lines.slice(0, rows).map((line) => fit(line, columns))} />;
}
