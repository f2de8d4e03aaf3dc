/** `npm run lab -- up|down|status NAME`: brings real servers up to try drover on, and takes them away again. */
import { existsSync, readdirSync } from 'node:fs';
import type { Lab, Tell } from './lab-contract.ts';

const names = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(`${import.meta.dirname}/${entry.name}/lab.ts`))
  .map((entry) => entry.name);

const tell: Tell = (line) => void process.stderr.write(`${line}\n`);

/** stdout is for `eval`: nothing but these lines may go there. */
function printExports(variables: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(variables)) {
    process.stdout.write(`export ${name}='${value.replaceAll("'", "'\\''")}'\n`);
  }
}

function usage(): number {
  tell(`Usage: npm run -s lab -- up|down|status NAME\nLabs: ${names.join(', ')}`);
  return 2;
}

/** A second try is for the machine's sake: a busy one misses deadlines. What fails twice is broken. */
async function upTwice(lab: Lab, flags: Readonly<Record<string, number>>): Promise<Readonly<Record<string, string>>> {
  try {
    return await lab.up({ flags, tell });
  } catch (error) {
    tell(`${error instanceof Error ? error.message : error}\nOnce more, from nothing …`);
    await lab.down({ tell });
    return lab.up({ flags, tell });
  }
}

/** Undefined where the command line is wrong, which has been said then. */
function flagsOf(lab: Lab, args: readonly string[]): Readonly<Record<string, number>> | undefined {
  const flags: Record<string, number> = {};
  for (const arg of args) {
    const [, name = '', value] = /^--([a-z]+)=(\d{1,5})$/.exec(arg) ?? [];
    if (!Object.hasOwn(lab.options, name)) {
      const known = Object.entries(lab.options).map(([flag, help]) => `  --${flag}=NUMBER  ${help}`);
      tell(`up does not take ${arg}\n${known.join('\n')}`);
      return undefined;
    }
    flags[name] = Number(value);
  }
  return flags;
}

async function up(lab: Lab, args: readonly string[]): Promise<number> {
  const flags = flagsOf(lab, args);
  if (flags === undefined) return 2;
  const missing = lab.missing();
  if (missing.length > 0) {
    tell(`The ${lab.title} cannot start here: it needs ${missing.join(', ')}.`);
    tell(`On Debian, as root: apt-get install -y --no-install-recommends ${lab.packages.join(' ')}`);
    return 1;
  }
  const startedAt = performance.now();
  printExports(await upTwice(lab, flags));
  tell(`The ${lab.title} is up (${((performance.now() - startedAt) / 1000).toFixed(1)} s).`);
  return 0;
}

async function status(lab: Lab): Promise<number> {
  const { up: isUp, lines } = await lab.status();
  process.stdout.write(`${lines.join('\n')}\n`);
  return isUp ? 0 : 1;
}

async function main([verb, name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || !names.includes(name)) return usage();
  const { lab }: { lab: Lab } = await import(`./${name}/lab.ts`);
  if (verb === 'up') return up(lab, args);
  if (verb === 'status') return status(lab);
  if (verb !== 'down') return usage();
  await lab.down({ tell });
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  tell(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
