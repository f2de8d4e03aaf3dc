import { expect, it } from 'vitest';
import type { MigrateSpec } from '../contract.ts';
import { notPassedOn } from './migration.ts';

const SPEC: MigrateSpec = { live: true, copyDisks: false, storage: '', removeCopied: false, despite: [] };

it('says what a platform does not take of what was asked for, and nothing where nothing was', () => {
  expect(notPassedOn('nova', SPEC)).toEqual([]);
  expect(notPassedOn('nova', { ...SPEC, maxDowntimeMs: 2_000, converge: true })).toEqual([
    { name: 'options', level: 'warning', text: 'nova does not take max-downtime and converge, but what it is set to' },
  ]);
});
