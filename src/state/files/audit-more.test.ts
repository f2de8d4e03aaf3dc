import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { FleetError } from '../../errors.ts';
import { createAudit } from './audit.ts';
import { createRedactor } from './redactor.ts';

let directory = '';
let file = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drover-audit-'));
  file = join(directory, 'audit.jsonl');
});
afterEach(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));

function open({ env = {}, required = false }: { env?: Record<string, string>; required?: boolean } = {}) {
  const troubles: string[] = [];
  const clock = createTestClock(Date.UTC(2026, 0, 2, 3, 4, 5));
  const audit = createAudit({
    file,
    clock,
    redactor: createRedactor(),
    env,
    trouble: (message) => troubles.push(message),
    required: () => required,
  });
  return { audit, clock, troubles };
}
const act = { action: 'vm.stop', endpoint: 'h1', object: 'h1/a', arguments: {} };

it('has when it was, who it was and how long it took', async () => {
  const user = userInfo().username;
  const { audit, clock } = open({ env: { SUDO_USER: user }, required: true });
  await clock.pass(1_000);
  const finish = await audit.begin(act);
  await clock.pass(1_500.4);
  await finish();
  const [intent, outcome] = await audit.read(2);
  const always = { id: intent?.id, who: `${user}@${hostname()}`, ...act };
  expect(intent).toEqual({ ...always, at: '2026-01-02T03:04:06.000Z', phase: 'intent' });
  expect(outcome).toEqual({
    ...always,
    at: '2026-01-02T03:04:07.500Z',
    phase: 'outcome',
    result: 'accepted',
    tookMs: 1_500,
  });
  expect(intent?.id).toMatch(/^[0-9a-f]{12}$/);
});

it('names the person behind another user', async () => {
  const { audit } = open({ env: { SUDO_USER: 'another user' } });
  await audit.begin(act);
  expect((await audit.read(1))[0]?.who).toBe(`another user@${hostname()} (${userInfo().username})`);
});

it.each([
  [new FleetError('op.cancelled', 'no'), { result: 'cancelled' }],
  [
    new FleetError('outcome.unknown', 'the link died'),
    { result: 'unknown', code: 'outcome.unknown', reason: 'the link died' },
  ],
  [new FleetError('op.failed', 'no room'), { result: 'failed', code: 'op.failed', reason: 'no room' }],
  [new TypeError('x'), { result: 'failed', code: 'bug', reason: 'x' }],
])('an end with %s is %j', async (error, outcome) => {
  const { audit } = open();
  await (await audit.begin(act))(error);
  const { result, code, reason } = (await audit.read(1))[0] ?? {};
  expect({ result, ...(code && { code }), ...(reason && { reason }) }).toEqual(outcome);
});

it('says that an outcome is lost when only that could not be written', async () => {
  const { audit, troubles } = open();
  const finish = await audit.begin(act);
  await rm(file);
  await mkdir(file);
  await finish();
  expect(troubles).toEqual([
    `the outcome of vm.stop h1/a is not in the audit log: ${file} can't be written: it is a directory`,
  ]);
});

it('refuses with what to do about it', async () => {
  await mkdir(file);
  await expect(open({ required: true }).audit.begin(act)).rejects.toMatchObject({
    code: 'op.refused',
    message: `the audit log ${file} can't be written: it is a directory; nothing was sent`,
    fix: 'the configuration says `audit: required`: make the log writable first',
  });
});

it('reads the newest lines that are lines of a log', async () => {
  const lines = [1, 2, 3].map((object) => JSON.stringify({ ...act, phase: 'intent', object }));
  await writeFile(
    file,
    [lines[0], 'no json', '7', 'null', '{}', '{"action":"x"}', '{"phase":"x"}', lines[1], lines[2], ''].join('\n'),
  );
  const read = async (limit: number) => (await open().audit.read(limit)).map(({ object }) => object);
  expect([await read(1), await read(2), await read(9), await read(99)]).toEqual([[3], [2, 3], [1, 2, 3], [1, 2, 3]]);
});

it('is reported when it can not be read', async () => {
  await mkdir(file);
  await expect(open().audit.read(1)).rejects.toMatchObject({
    code: 'op.failed',
    message: `the audit log ${file} can't be read: it is a directory`,
  });
});

it('appends to what is there, after a line that was cut short or not', async () => {
  const { audit } = open();
  await writeFile(file, 'before\n');
  await audit.begin(act);
  await audit.begin(act);
  const lines = (await readFile(file, 'utf8')).split('\n');
  expect([lines.length, lines[0], lines[3]]).toEqual([4, 'before', '']);
});

it('is not written to a pipe or through a link', async () => {
  const { audit, troubles } = open();
  await symlink(join(directory, 'other'), file);
  await audit.begin(act);
  expect(troubles).toEqual([`not in the audit log: vm.stop h1/a: ${file} can't be written: it is no regular file`]);
});
