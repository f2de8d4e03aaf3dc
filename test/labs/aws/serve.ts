/** The lab's own process: `node serve.ts VENV VMS`. Prints what it is as one line of JSON when it is up; ends by SIGTERM. */
import { startCloud } from './cloud.ts';
import { putFigures } from './figures.ts';
import { populate } from './population.ts';

const HOLD_MS = 3_000;
/** As much as drover asks for at once. */
const PAGE = 200;
const FIGURES_EVERY_MS = 60_000;

const [venv = '', vms = ''] = process.argv.slice(2);
const cloud = await startCloud({ venv }, { holdMs: HOLD_MS, page: PAGE });
const end = (code: number) => void cloud.close().finally(() => process.exit(code));
process.on('SIGTERM', () => end(0));
try {
  const measured = await populate(cloud.back, Number(vms));
  await putFigures(cloud.back, measured);
  setInterval(() => void putFigures(cloud.back, measured).catch(() => undefined), FIGURES_EVERY_MS);
  process.stdout.write(`${JSON.stringify({ url: cloud.origin })}\n`);
} catch (error) {
  console.error(error);
  end(1);
}
