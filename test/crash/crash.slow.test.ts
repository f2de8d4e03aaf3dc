import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const SAMPLE = fileURLToPath(new URL('sample/crash.ts', import.meta.url));

let home: string;
const state = () => join(home, 'state', 'drover');
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'drover-crash-'));
});
afterEach(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));

async function crash(
  ...how: readonly string[]
): Promise<{ code: number | null; stderr: string; reports: readonly string[] }> {
  const child = spawn(process.execPath, [SAMPLE, ...how], {
    env: { HOME: home, XDG_STATE_HOME: join(home, 'state'), TERM: 'xterm-256color', API_TOKEN: 'in the environment' },
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const names = await readdir(state()).catch(() => []);
  return { code, stderr, reports: names.sort().map((name) => join(state(), name)) };
}

describe('a crash', () => {
  it.each([
    ['an uncaught error', 'throw'],
    ['an unhandled rejection', 'reject'],
    ['a start that failed', 'await'],
  ])('writes a report of %s', async (_what, how) => {
    const { code, stderr, reports } = await crash(how);
    expect(code).toBe(1);
    expect(reports).toHaveLength(1);
    expect(stderr).toBe(
      `drover has crashed; that is a bug in it. VMs and running tasks at the hosts go on.\nA report is in ${reports[0]}, with secrets blotted out.\n`,
    );
    const text = await readFile(reports[0] ?? '', 'utf8');
    expect(text).toMatch(/^== drover \d+\.\d+\.\d+\n\d{4}-\d\d-\d\dT/);
    expect(text).toContain(`Node ${process.version}`);
    expect(text).toContain('TERM=xterm-256color');
    expect(text).toContain('TypeError: no such row');
    expect(text).toContain('sample/crash.ts');
    expect((await stat(reports[0] ?? '')).mode & 0o777).toBe(0o600);
  });

  it('keeps secrets and escape sequences out of the report', async () => {
    const { reports } = await crash('throw');
    const text = await readFile(reports[0] ?? '', 'utf8');
    expect(text).toContain('Error: login with ********');
    expect(text).toContain('== wire log\nauth ********\nlist \\u001b[31mred\\u000aname\n');
    expect(text).not.toMatch(/hunter2|in the environment|\x1b/);
  });

  it('is told also when something odd was thrown, or when the log is broken too', async () => {
    const odd = await crash('odd', 'broken');
    const text = await readFile(odd.reports[0] ?? '', 'utf8');
    expect(text).toContain('thrown: string just words');
    expect(text).toContain('Error: the log is gone');
  });

  it('prints the report where none can be written', async () => {
    await writeFile(join(home, 'state'), 'in the way');
    const { code, stderr } = await crash('throw');
    expect(code).toBe(1);
    expect(stderr).toContain('No report could be written');
    expect(stderr).toContain('TypeError: no such row');
    expect(stderr).not.toContain('hunter2');
  });

  it('keeps the newest ten reports', async () => {
    await mkdir(state(), { recursive: true });
    await chmod(state(), 0o700);
    for (let day = 10; day < 25; day++) await writeFile(join(state(), `crash-2020-01-${day}T00-00-00-000Z-1.txt`), '');
    await writeFile(join(state(), 'audit.jsonl'), '');
    const { reports } = await crash('throw');
    expect(reports).toHaveLength(11);
    expect(reports[0]).toContain('audit.jsonl');
    expect(reports[1]).toContain('crash-2020-01-16');
  });
});
