import { HISTORY_RANGES } from '../../src/platforms/contract.ts';
import { formatBytes } from '../../src/units.ts';
import type { Figures } from './figures.ts';
import type { Part } from './machine.ts';
import type { MetricFigures } from './metrics.ts';
import { number, table } from './table.ts';

const most = (figures: Figures): string => `${number(figures.p50)} / ${number(figures.max)}`;

export const metricsSection = ({ figures }: Part<MetricFigures>, place: string): string => `## Metrics on the disk

${place}

${figures.days} days of ${figures.vms.toLocaleString('en')} VMs that all run, whose minutes pass as fast as they can be written. Minutes are kept for 2 days, hours
for 60, days for a year, and all of it takes 1 GiB at most. It is done in a thread of its own, behind what is on the screen.

${table(
  ['', 'median / most'],
  [
    ['size of the file', formatBytes(figures.file)],
    ['of the log beside it', formatBytes(figures.log)],
    ['a minute of all VMs is written, ms', most(figures.minute)],
    ['hours and days are made, and old rows go, every hour, ms', most(figures.tidy)],
    ['the same after a month without drover, ms', number(figures.afterAMonth)],
    ...HISTORY_RANGES.map((range) => [`a chart of one VM is read: ${range}, ms`, most(figures.charts[range])] as const),
  ],
)}`;
