/**
 * `npm run bench`: measures, and writes docs/performance.json and docs/performance.md. With names behind `--` only those
 * parts are measured; the others keep their figures, with the machine and the day they are from. `soak` takes an hour,
 * `display-memory` and `metrics` ten minutes: they are measured only by name. As root on Debian with the lab's packages, htop, and dirt and k9s where they are to be
 * compared; started by `chrt -f 5` other work on the machine disturbs it least.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { soak } from '../soak/soak.ts';
import { measureConsole } from './console.ts';
import { measureDisplay, measureDisplayMemory } from './display.ts';
import { measureInside } from './inside.ts';
import { measureLibvirt } from './libvirt.ts';
import { thisMachine } from './machine.ts';
import { measureManyDomains } from './many-domains.ts';
import { measureMetrics } from './metrics.ts';
import { type Results, spellPage } from './page.ts';
import { measureScreen, type ScreenFigures } from './screen.ts';
import { secondOpinion } from './second-opinion.ts';
import { measureSlowLink } from './slow-link.ts';
import { measureStalled } from './stalled.ts';
import { subjects } from './subjects.ts';

const path = (file: string): string => fileURLToPath(new URL(`../../${file}`, import.meta.url));
const RESULTS = path('docs/performance.json');
const PAGE = path('docs/performance.md');
const PROGRAM = path('bin/drover');
const SOAK_MINUTES = 60;
const DISPLAY_MINUTES = 10;
const METRIC_DAYS = 30;
/** Where `ptybench.py` is, for a second opinion; it is no part of the project. */
const PTYBENCH = process.env['DROVER_PTYBENCH'];

const tell = (line: string): void => console.error(line);

const parts = {
  async screen() {
    const programs: ScreenFigures[] = [];
    for (const subject of await subjects(PROGRAM)) {
      tell(`${subject.name} …`);
      programs.push(await measureScreen(subject));
    }
    return programs;
  },
  inside: () => measureInside(PROGRAM),
  stalled: () => measureStalled(PROGRAM),
  console: () => measureConsole(PROGRAM),
  display: () => measureDisplay(tell),
  'display-memory': () => measureDisplayMemory(DISPLAY_MINUTES),
  'slow-link': () => measureSlowLink(PROGRAM),
  'second-opinion': () => secondOpinion(PTYBENCH ?? '', PROGRAM),
  libvirt: () => measureLibvirt(tell),
  'many-domains': () => measureManyDomains(PROGRAM, tell),
  metrics: () => measureMetrics(METRIC_DAYS, tell),
  soak: () => soak(path('dist/drover.js'), SOAK_MINUTES, tell),
};
type Part = keyof typeof parts;
const LONG: readonly Part[] = ['soak', 'display-memory', 'metrics'];
const usual = (Object.keys(parts) as Part[]).filter(
  (part) => !LONG.includes(part) && (part !== 'second-opinion' || PTYBENCH !== undefined),
);

const isPart = (name: string): name is Part => name in parts;
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !isPart(name));
if (unknown.length > 0) {
  tell(`There is no ${unknown.join(', ')}; the parts are ${Object.keys(parts).join(', ')}.`);
  process.exit(2);
}

const measured: Partial<Record<Part, unknown>> = {};
for (const part of asked.length > 0 ? asked.filter(isPart) : usual) {
  tell(`${part} …`);
  const machine = thisMachine();
  measured[part] = { machine, figures: await parts[part]() };
}
// read this late, so that a soak and the others can be measured side by side
const before = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : {};
const results = { ...before, ...measured };
writeFileSync(RESULTS, `${JSON.stringify(results, undefined, 2)}\n`);
writeFileSync(PAGE, spellPage(results as Results));
tell(`Wrote ${PAGE}.`);
