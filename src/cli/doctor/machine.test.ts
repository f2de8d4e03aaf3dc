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
    expect(finding).toEqual({
      about: 'audit log',
      state: 'failed',
      detail: expect.stringMatching(/audit\.jsonl can't be written: \S/),
      fix: `make ${join(home, 'state', 'drover')} a folder of your own`,
    });
  });

  it('can be written where it is', async () => {
    await writeFile(join(home, 'audit.jsonl'), '');
    expect(await stateFindings(home)).toEqual([
      { about: 'audit log', state: 'ok', detail: `${join(home, 'audit.jsonl')} can be written` },
    ]);
  });
});

describe('the clock', () => {
  it('is wrong when it shows a day before something was written', async () => {
    const file = join(home, 'config.yaml');
    await writeFile(file, '');
    await utimes(file, new Date(), new Date('2026-03-01'));
    expect(await clockFinding(Date.parse('2026-03-02'), [file])).toEqual({
      about: 'clock',
      state: 'ok',
      detail: '2026-03-02T00:00:00.000Z',
    });
    const dayBefore = Date.parse('2026-02-28');
    expect(await clockFinding(dayBefore, [file, join(home, 'none')])).toMatchObject({ state: 'ok' });
    expect(await clockFinding(dayBefore - 1, [join(home, 'none'), file])).toMatchObject({ state: 'warning' });
    expect(await clockFinding(0, [join(home, 'none')])).toMatchObject({ state: 'ok' });
    expect(await clockFinding(Date.parse('1970-01-02'), [file, join(home, 'none')])).toMatchObject({
      about: 'clock',
      state: 'warning',
      detail: expect.stringContaining('files here were written on 2026-03-01'),
      fix: expect.stringContaining('timedatectl'),
    });
  });
});
