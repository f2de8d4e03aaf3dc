/** `node test/soak/run.ts --minutes=60`: a long run of the built program; fails when something grew. */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { soak } from './soak.ts';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '60' }, program: { type: 'string' } } });
const program = values.program ?? fileURLToPath(new URL('../../dist/drover.js', import.meta.url));
const { failed, trends, chores } = await soak(program, Number(values.minutes), (line) => console.log(line));
for (const { of, mean, growthPerHour, most, isFlat } of trends) {
  const figures = [mean, growthPerHour, most].map((value) => Math.round(value).toLocaleString('en'));
  console.log(
    `${isFlat ? 'flat  ' : 'GROWS '} ${of}: mean ${figures[0]}, by ${figures[1]} an hour, at most ${figures[2]}`,
  );
}
for (const one of failed) console.log(`\nfailed: ${one}`);
const isSound = trends.every(({ isFlat }) => isFlat) && failed.length < chores / 20;
process.exitCode = isSound ? 0 : 1;
