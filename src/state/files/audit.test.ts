import { appendFile, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import { createAudit } from './audit.ts';
import { createRedactor } from './redactor.ts';

let directory = '';
let file = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drover-audit-'));
  file = join(directory, 'state/audit.jsonl');
});
afterEach(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));

function open(options: { readonly clock?: Clock; readonly required?: () => boolean } = {}) {
  const troubles: string[] = [];
  const redactor = createRedactor();
  const audit = createAudit({
    file,
    clock: systemClock,
    redactor,
    env: { SUDO_USER: 'anna' },
    trouble: (message) => troubles.push(message),
    required: () => false,
    ...options,
  });
  return { audit, redactor, troubles };
}
const stopWeb1 = { action: 'vm.stop', endpoint: 'host1', object: 'host1/web1', arguments: { how: 'force' } };

it('writes who did what to which VM before it is done, and what came of it after', async () => {
  const { audit } = open();
  const finish = await audit.begin(stopWeb1);
  expect(await audit.read(10)).toMatchObject([{ phase: 'intent', who: expect.stringContaining('anna@'), ...stopWeb1 }]);
  await finish();
  await (await audit.begin(stopWeb1))(new FleetError('vm.not-found', 'web1 is not on this host any more'));
  await (await audit.begin(stopWeb1))(new FleetError('outcome.unknown', 'the link died'));
  await (await audit.begin(stopWeb1))(AbortSignal.abort().reason);
  const outcomes = (await audit.read(10)).filter(({ phase }) => phase === 'outcome');
  expect(outcomes).toMatchObject([
    { result: 'accepted' },
    { result: 'failed', code: 'vm.not-found', reason: 'web1 is not on this host any more' },
    { result: 'unknown', code: 'outcome.unknown' },
    { result: 'cancelled' },
  ]);
  const [intent, outcome] = await audit.read(10);
  expect(outcome?.id).toBe(intent?.id);
});

it('is read by its owner alone, has a line each, and reads back the newest', async () => {
  const { audit } = open();
  for (const object of ['a', 'b', 'c']) await (await audit.begin({ ...stopWeb1, object }))();
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await readFile(file, 'utf8')).split('\n')).toHaveLength(7);
  expect((await audit.read(2)).map(({ object }) => object)).toEqual(['c', 'c']);
});

it('holds no secret, and nothing that acts on a terminal', async () => {
  const { audit, redactor } = open();
  redactor.add('hunter2');
  const name = 'web\u001b[2J\u009b31m\u202e\n1';
  await (await audit.begin({ ...stopWeb1, object: name, arguments: { password: 'hunter2' } }))(new Error('no hunter2'));
  const text = await readFile(file, 'utf8');
  expect(text).not.toMatch(/hunter2|[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  expect((await audit.read(1))[0]?.object).toBe(name);
});

it('begins a new line after one that was cut short', async () => {
  const { audit } = open();
  await audit.begin(stopWeb1);
  await appendFile(file, '{"action":"vm.st');
  await audit.begin({ ...stopWeb1, object: 'host1/db1' });
  expect((await audit.read(10)).map(({ object }) => object)).toEqual(['host1/web1', 'host1/db1']);
});

it('stops no action when it can not be written, and says so for each', async () => {
  await writeFile(join(directory, 'state'), 'a file where a directory should be');
  const { audit, troubles } = open();
  await (await audit.begin(stopWeb1))();
  await (await audit.begin({ ...stopWeb1, object: 'host1/db1' }))();
  expect(troubles).toEqual([
    `not in the audit log: vm.stop host1/web1: ${file} can't be written: a part of its path is not a directory`,
    `not in the audit log: vm.stop host1/db1: ${file} can't be written: a part of its path is not a directory`,
  ]);
});

it('refuses what it can not log where the configuration requires the log', async () => {
  await writeFile(join(directory, 'state'), 'a file where a directory should be');
  const { audit } = open({ required: () => true });
  await expect(audit.begin(stopWeb1)).rejects.toMatchObject({
    code: 'op.refused',
    message: expect.stringMatching(/nothing was sent$/),
  });
});

it('is never written through a link that another user may have put there', async () => {
  const { audit, troubles } = open();
  await mkdir(join(directory, 'state'));
  const victim = join(directory, 'victim');
  await writeFile(victim, 'theirs');
  await symlink(victim, file);
  await audit.begin(stopWeb1);
  expect(await readFile(victim, 'utf8')).toBe('theirs');
  expect(troubles).toEqual([expect.stringContaining('it is no regular file')]);
});

const callAtOnce: Clock['after'] = (_ms, call) => {
  call();
  return () => {};
};

it('does not wait for a disk that does not answer', async () => {
  // The deadline is over at once.
  const clock: Clock = { ...systemClock, after: callAtOnce };
  const { audit, troubles } = open({ clock });
  await audit.begin(stopWeb1);
  expect(troubles).toEqual([expect.stringContaining(`${file} can't be written: the disk does not answer`)]);
});

it('is empty before the first action', async () => {
  expect(await open().audit.read(10)).toEqual([]);
});
