import type { Subject } from './screen.ts';

const drover = (program: string, vms: number): Subject => ({
  name: `drover, ${vms.toLocaleString('en')} VMs`,
  argv: [program, `--demo=${vms}`],
  isFrame: (screen) => screen.includes('endpoints') && screen.includes('? help'),
  isWhole: (screen) => /● running .*\d+%/.test(screen),
  down: 'j',
  up: 'k',
  toBottom: 'j'.repeat(40),
  quit: 'q',
});

/** htop has as many rows as this machine has processes, and repaints once a second here. */
const htop: Subject = {
  name: 'htop',
  argv: ['htop', '--delay=10'],
  isFrame: (screen) => screen.includes('Load average') && screen.includes('F10Quit'),
  isWhole: (screen) => /^ *\d+ root /m.test(screen),
  down: '\x1b[B',
  up: '\x1b[A',
  toBottom: '\x1b[B'.repeat(40),
  quit: 'q',
};

/** drover on the simulated fleet, all of whose VMs change every second; and what people know. */
export const subjects = (program: string): readonly Subject[] => [
  drover(program, 10_000),
  drover(program, 1_000),
  drover(program, 100_000),
  htop,
];
