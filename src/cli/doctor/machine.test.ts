import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clockFinding, stateFindings } from './machine.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'drover-doctor-'));
});
afterEach(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));

describe('the audit log', () => {
  it('can be made where there is none', async () => {
    const [finding] = await stateFindings(join(home, 'not', 'yet'));
    expect(finding).toMatchObject({ state: 'ok', detail: `${join(home, 'not', 'yet', 'audit.jsonl')} can be made` });
  });

  it('can’t be written where a file is in the way of its folder', async () => {
    await writeFile(join(home, 'state'), '');
    const [finding] = await stateFindings(join(home, 'state', 'drover'));
    expect(finding).toMatchObject({ state: 'failed', fix: expect.stringContaining(home) });
  });
});

describe('the clock', () => {
  it('is wrong when it shows a day before something was written', async () => {
    const file = join(home, 'config.yaml');
    await writeFile(file, '');
    await utimes(file, new Date(), new Date('2026-03-01'));
    expect(await clockFinding(Date.parse('2026-03-02'), [file])).toMatchObject({ state: 'ok' });
    expect(await clockFinding(Date.parse('1970-01-02'), [file, join(home, 'none')])).toMatchObject({
      state: 'warning',
      detail: expect.stringContaining('files here were written on 2026-03-01'),
      fix: expect.stringContaining('timedatectl'),
    });
  });
});
