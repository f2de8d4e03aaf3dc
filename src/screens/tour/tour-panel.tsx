import { Box } from 'ink';
import { tourLines } from '../../actions/tour.ts';
import { clean, fit } from '../../terminal/width.ts';
import { Lines } from '../components/lines.tsx';
import type { Room } from '../frame/look.ts';
import type { Stage } from '../stage.ts';

const KEYS = 9;
const COLUMNS = 62;
/** Lines with their frame. */
const ROWS = 7;

interface TourPanelProps {
  readonly stage: Stage;
  readonly room: Room;
  /** Rows of details at the bottom: a newcomer should see those too. */
  readonly below: number;
}

/** Five lines in the corner at the bottom, above the details; nothing on a screen that has no room for them. */
export function TourPanel({ stage, room, below }: TourPanelProps) {
  const { theme, glyphs } = stage.look;
  const columns = Math.min(COLUMNS, room.columns - 4);
  if (room.rows < ROWS + 4) return null;
  const [topLeft, topRight, bottomLeft, bottomRight] = glyphs.corners;
  const edge = theme.paint('border', glyphs.vertical);
  const title = ' Five keys to begin with; any key closes this ';
  const lines = [
    theme.paint('border', topLeft + glyphs.horizontal) +
      theme.paint('title', fit(title, Math.min(title.length, columns))) +
      theme.paint('border', glyphs.horizontal.repeat(Math.max(0, columns + 1 - title.length)) + topRight),
    ...tourLines(stage.keymap).map(
      ([keys, does]) =>
        `${edge} ${theme.paint('key', fit(clean(keys), KEYS))} ${fit(does, columns - KEYS - 1)} ${edge}`,
    ),
    theme.paint('border', bottomLeft + glyphs.horizontal.repeat(columns + 2) + bottomRight),
  ];
  return (
    <Box position="absolute" left={room.columns - columns - 4} top={Math.max(2, room.rows - ROWS - below - 1)}>
      <Lines lines={lines} />
    </Box>
  );
}
