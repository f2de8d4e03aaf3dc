/** Programs of other projects in Python: their packages in a folder of their own, and questions to them as JSON. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

const CACHE = process.env['DROVER_LAB_CACHE'] ?? join(homedir(), '.cache/drover-lab');

/** Answers stdout. Rejects with the end of stderr when the program fails. */
function run(program: string, args: readonly string[], input: string, env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: 'pipe' });
    const [stdout, stderr]: [string[], string[]] = [[], []];
    child.stdout.setEncoding('utf8').on('data', (text: string) => stdout.push(text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => stderr.push(text));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(stdout.join(''));
      else reject(new Error(`${program} ended with ${code}: ${stderr.join('').slice(-2_000)}`));
    });
    child.stdin.end(input);
  });
}

/**
 * Python with the packages of this requirements.txt, installed once for each content of it; `alone`: packages without what they
 * require themselves, where that has to be compiled and is not used.
 */
export async function pythonWith(requirements: string, alone: readonly string[] = []): Promise<string> {
  const wanted = await readFile(requirements);
  const mark = createHash('sha256').update(wanted).update(alone.join()).digest('hex').slice(0, 12);
  const folder = join(CACHE, `python-${mark}`);
  const python = join(folder, 'bin/python');
  if (existsSync(python)) return python;
  const making = `${folder}.${process.pid}`;
  try {
    await run('python3', ['-m', 'venv', making], '', process.env);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
    await run(join(making, 'bin/python'), [...pip, '-r', requirements], '', process.env);
    if (alone.length > 0) await run(join(making, 'bin/python'), [...pip, '--no-deps', ...alone], '', process.env);
    await rename(making, folder);
  } catch (error) {
    await rm(making, { recursive: true, force: true, maxRetries: 5 });
    if (existsSync(python)) return python;
    const packages = join(dirname(requirements), 'apt-packages');
    throw new Error(`${requirements} could not be installed: apt-get install $(cat ${packages}), and a package index`, {
      cause: error,
    });
  }
  return python;
}

/** Nothing of the user's, and no compiled files beside the scripts. */
const ENV = { PATH: process.env['PATH'], PYTHONDONTWRITEBYTECODE: '1' };

/** What a script answers to a question, both as JSON. */
export async function askPython<Answer>(python: string, script: string, question: unknown): Promise<Answer> {
  return JSON.parse(await run(python, [script], JSON.stringify(question), ENV)) as Answer;
}
