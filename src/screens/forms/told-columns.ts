import type { Stage } from '../stage.ts';

const MOST = 80;
/** The frame of the panel. */
const AROUND = 4;

/** How wide the lines may be that are shown above the fields of a form. */
export const toldColumns = ({ terminal }: Stage): number =>
  Math.max(10, Math.min(MOST, terminal.size().columns - AROUND));
