/**
 * `npm run bench`: measures, and writes docs/performance.json and docs/performance.md. With names behind `--` only those
 * parts are measured; the others keep their figures, with the machine and the day they are from. As root on Debian
 * with the lab's packages and htop; started by `chrt -f 5` other work on the machine disturbs it least.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { measureLibvirt } from './libvirt.ts';
import { thisMachine } from './machine.ts';
import { measureManyDomains } from './many-domains.ts';
import { type Results, spellPage } from './page.ts';
import { measureScreen, type ScreenFigures } from './screen.ts';
import { subjects } from './subjects.ts';

const path = (file: string): string => fileURLToPath(new URL(`../../${file}`, import.meta.url));
const RESULTS = path('docs/performance.json');
const PAGE = path('docs/performance.md');
const PROGRAM = path('bin/drover');

const tell = (line: string): void => console.error(line);

const parts = {
  async screen() {
    const programs: ScreenFigures[] = [];
    for (const subject of subjects(PROGRAM)) {
      tell(`${subject.name} …`);
      programs.push(await measureScreen(subject));
    }
    return programs;
  },
  libvirt: () => measureLibvirt(tell),
  'many-domains': () => measureManyDomains(PROGRAM, tell),
};
type Part = keyof typeof parts;

const isPart = (name: string): name is Part => name in parts;
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !isPart(name));
if (unknown.length > 0) {
  tell(`There is no ${unknown.join(', ')}; the parts are ${Object.keys(parts).join(', ')}.`);
  process.exit(2);
}

const results: Partial<Record<Part, unknown>> = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : {};
for (const part of asked.length > 0 ? asked.filter(isPart) : (Object.keys(parts) as Part[])) {
  const machine = thisMachine();
  results[part] = { machine, figures: await parts[part]() };
}
writeFileSync(RESULTS, `${JSON.stringify(results, undefined, 2)}\n`);
writeFileSync(PAGE, spellPage(results as Results));
tell(`Wrote ${PAGE}.`);
