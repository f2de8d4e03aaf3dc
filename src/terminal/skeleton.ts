import type { ScreenSize } from './compositor.ts';

/** The first picture, there before the program is: so little that anything fits in its place. */
export const skeleton = ({ columns, rows }: ScreenSize): string =>
  `\x1b[1mdrover\x1b[m${rows > 1 && columns > 20 ? `\x1b[${rows}H\x1b[2mopening...\x1b[m` : ''}`;
