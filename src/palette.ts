/** The levels of the 6x6x6 cube that starts at 16; 24 greys from 8 in steps of 10 start at 232. */
const CUBE = [0, 95, 135, 175, 215, 255] as const;

/** The number of the colour of xterm's 256 that is nearest; the first sixteen are left out, since users change them. */
export function nearest256(red: number, green: number, blue: number): number {
  const [r, g, b] = [red, green, blue].map(nearestLevel) as [number, number, number];
  const grey = Math.min(23, Math.max(0, Math.round(((red + green + blue) / 3 - 8) / 10)));
  const distance = (r: number, g: number, b: number) => (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
  const cubeDistance = distance(CUBE[r] as number, CUBE[g] as number, CUBE[b] as number);
  const greyDistance = distance(8 + grey * 10, 8 + grey * 10, 8 + grey * 10);
  return greyDistance < cubeDistance ? 232 + grey : 16 + 36 * r + 6 * g + b;
}

const nearestLevel = (value: number): number =>
  CUBE.reduce<number>(
    (best, level, index) => (Math.abs(level - value) < Math.abs((CUBE[best] ?? 0) - value) ? index : best),
    0,
  );
