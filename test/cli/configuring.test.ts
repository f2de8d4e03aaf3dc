import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { platforms } from '../../src/platforms/registry.ts';
import { type Desk, openDesk, simulated } from './run-drover.ts';

const PLATFORMS = platforms.flatMap(({ manifest }) => (manifest.tier === 'demo' ? [] : [manifest.id])).join(', ');

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk(simulated({ demo: { vms: 3 } }));
});
afterEach(() => desk.clear());

/** Commands of one user, one after the other: what is typed, what stderr says; all end well. */
async function talk(lines: readonly (readonly [typed: string, said: string])[]): Promise<void> {
  for (const [typed, said] of lines) {
    const { code, stderr } = await desk.run(...typed.split(' '));
    expect([typed, code, stderr.replaceAll(desk.config, 'CONFIG')]).toEqual([typed, 0, said]);
  }
}

describe('pools', () => {
  it('are made, nested and filled, by a second word or by a flag, and say what became of it', async () => {
    await talk([
      ['pool add Lab', 'pool Lab was added\n'],
      ['pool add Inner --in Lab', 'pool Inner was added\n'],
      ['pool add Deep Inner', 'pool Deep was added\n'],
      ['pool nest Deep', 'pool Deep is at the top now\n'],
      ['pool rename Deep Deeper', 'pool Deep is now Deeper\n'],
      ['node move fra-01 Lab', 'demo/fra-01 is in pool Lab now\n'],
      ['pool set Lab A=1 B=2', 'pool Lab has 2 variables now\n'],
      [
        'pool set Lab A=3 --dry-run',
        'would write to CONFIG: {"kind":"pool-variables","name":"Lab","variables":{"A":"3","B":"2"}}\nLab: nothing was written\n',
      ],
    ]);
    expect((await desk.run('pool', 'info', 'Lab')).stdout).toBe(
      'name: Lab\nin: -\nnodes: fra-01\nread-only: no\nA: 1\nB: 2\n',
    );
    expect((await desk.run('pool', 'info', 'Inner')).stdout).toBe('name: Inner\nin: Lab\nnodes: -\nread-only: no\n');
    expect((await desk.run('pool', 'info', 'Lab', '-o', 'json')).json()).toMatchObject({
      id: expect.any(String),
      kind: 'user',
      parent: null,
      readOnly: false,
      nodes: ['fra-01'],
    });
    const { stdout } = await desk.run('pool', 'list');
    expect(stdout).toBe(
      'NAME       KIND      IN   NODES   VMS  RUNNING\n' +
        'Lab        user      -    fra-01    3        2\n' +
        'Inner      user      Lab  -         0        0\n' +
        'Deeper     user      -    -         0        0\n' +
        'Frankfurt  platform  -    -         0        0\n',
    );
  });

  it('are taken away after a yes', async () => {
    await desk.run('pool', 'add', 'Lab');
    const kept = await desk.runWith({ answers: ['n'] }, 'pool', 'remove', 'Lab');
    expect([kept.code, kept.stderr]).toEqual([
      130,
      'lost: the pool Lab with its provisioning variables; nodes and VMs stay\n' +
        'Remove pool Lab? [y/N] n\nnothing was done\n',
    ]);
    const gone = await desk.runWith({ answers: ['y'] }, 'pool', 'remove', 'Lab');
    expect([gone.code, gone.stderr.split('\n').at(-2)]).toEqual([0, 'pool Lab was removed; what was in it stays']);
    expect((await desk.run('pool', 'info', 'Lab')).code).toBe(1);
    await desk.run('pool', 'add', 'Lab');
    await talk([['pool remove Lab --yes', 'pool Lab was removed; what was in it stays\n']]);
  });

  it('keep the id of a node whose endpoint does not answer, and say why', async () => {
    await desk.write(
      JSON.stringify({
        endpoints: {
          bad: { platform: 'fake', vms: 1, password: 'wrong' },
          off: { platform: 'fake', vms: 1, password: 'wrong', enabled: false },
        },
        pools: { Lab: { nodes: ['bad', 'bad/fra-01', 'off/fra-01'], 'read-only': true } },
      }),
    );
    const { code, stdout, stderr } = await desk.run('pool', 'info', 'Lab');
    expect([code, stdout]).toEqual([0, 'name: Lab\nin: -\nnodes: bad bad/fra-01 off/fra-01\nread-only: yes\n']);
    expect(stderr).toMatch(/^bad refused this login\n {2}\S/m);
    expect(stderr).not.toContain('off refused');
  });
});

describe('endpoints', () => {
  it('say what became of them', async () => {
    await talk([
      ['endpoint connect demo', 'demo is connected\n'],
      ['endpoint disable demo', 'demo is disabled\n'],
      ['endpoint enable demo', 'demo is enabled\n'],
      ['endpoint edit demo --latency 1', 'demo is saved\n'],
      [
        'endpoint edit demo --latency 2 --dry-run',
        'would write to CONFIG: {"kind":"endpoint-edit","name":"demo","values":{"latency":2}}\ndemo: nothing was written\n',
      ],
    ]);
    expect((await desk.run('endpoint', 'info', 'demo')).stdout).toBe(
      'name: demo\nplatform: fake\nvms: 3\nevents-every: 0\nlatency: 1\n',
    );
  });

  it('F-015 are listed with whether they answer, and why they do not', async () => {
    await desk.write(
      JSON.stringify({
        endpoints: {
          good: { platform: 'fake', vms: 1 },
          bad: { platform: 'fake', vms: 1, password: 'wrong' },
          off: { platform: 'fake', vms: 1, enabled: false },
          odd: { platform: 'fkae' },
        },
      }),
    );
    const untested = await desk.run('endpoint', 'list');
    expect(untested.stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['NAME', 'PLATFORM', 'ADDRESS', 'ENABLED', 'ANSWERS', 'PROBLEM'],
      ['good', 'fake', 'fake', 'yes', '-', '-'],
      ['bad', 'fake', 'fake', 'yes', '-', '-'],
      ['off', 'fake', 'fake', 'no', '-', '-'],
      ['odd', 'fkae', 'fkae', 'yes', '-', expect.stringContaining('fkae')],
      [''],
    ]);
    const tested = await desk.run('endpoint', 'list', '--test');
    expect(tested.code).toBe(0);
    expect(tested.stdout.split('\n').map((line) => line.split(/ {2,}/).slice(3, 6))).toEqual([
      ['ENABLED', 'ANSWERS', 'PROBLEM'],
      ['yes', 'yes', '-'],
      ['yes', 'no', 'bad refused this login'],
      ['no', '-', '-'],
      ['yes', 'no', expect.stringContaining('fkae')],
      [],
    ]);
    const rows = (await desk.run('endpoint', 'list', '--test', '-o', 'json')).json<{ answers: boolean | null }[]>();
    expect(rows.map(({ answers }) => answers)).toEqual([true, false, null, false]);
    expect((await desk.run('endpoint', 'list', '-o', 'name', '-C', 'bad,off')).stdout).toBe('bad\noff\n');
    expect((await desk.run('endpoint', 'list', '--test', '-C', 'bad')).code).toBe(4);
    expect((await desk.run('endpoint', 'list', '--test', '-C', 'off')).code).toBe(0);
  });

  it('are tested check by check, with what to do about the one that failed', async () => {
    const good = await desk.run('endpoint', 'test', 'demo');
    expect([good.code, good.stdout, good.stderr]).toEqual([
      0,
      '',
      'ok      the host answers: simulated\nok      the host key is trusted: simulated\nok      the login works: simulated\n',
    ]);
    await desk.write(simulated({ demo: { vms: 1, 'host-key': 'unknown' } }));
    const bad = await desk.run('endpoint', 'test', 'demo');
    expect([bad.code, bad.stderr]).toEqual([
      4,
      'ok      the host answers: simulated\n' +
        'FAILED  the host key is trusted: the key of demo is not trusted yet\n' +
        '        drover endpoint trust demo\n',
    ]);
    expect((await desk.run('endpoint', 'test', 'demo', '-o', 'name')).stdout).toBe(
      'the host answers\nthe host key is trusted\n',
    );
  });

  it('are not saved while their test fails, and with --untested they are', async () => {
    const add = (...more: readonly string[]) => desk.run('endpoint', 'add', 'new', '--platform', 'fake', ...more);
    const failed = await add('--host-key', 'unknown');
    expect([failed.code, failed.stderr]).toEqual([
      4,
      'ok      the host answers: simulated\n' +
        'FAILED  the host key is trusted: the key of new is not trusted yet\n' +
        'new was not saved, since its host key is not trusted\n' +
        '  without a terminal: save it with --untested, then drover endpoint trust new shows what accepts it\n',
    ]);
    const wrong = await add('--password', 'env:PW');
    expect([wrong.code, wrong.stderr.split('\n')[0]]).toEqual([
      2,
      'new: Password: the environment variable PW is not set',
    ]);
    const changed = await add('--host-key', 'changed');
    expect([changed.code, changed.stderr]).toEqual([
      4,
      expect.stringContaining(
        'new was not saved, since the test failed\n  fix what failed, or add --untested to save it as it is\n',
      ),
    ]);
    expect(await readFile(desk.config, 'utf8')).not.toContain('new');
    const saved = await add('--host-key', 'unknown', '--untested', '--vms', '7');
    expect([saved.code, saved.stderr]).toEqual([0, 'new is saved\n']);
    expect((await desk.run('endpoint', 'info', 'new', '-o', 'json')).json()).toEqual({
      name: 'new',
      platform: 'fake',
      enabled: true,
      readOnly: false,
      filter: null,
      address: 'fake',
      error: null,
      values: { 'host-key': 'unknown', vms: 7 },
    });
  });

  it('are of the platform that is answered at a terminal', async () => {
    const asked = await desk.runWith(
      { answers: [' kvm '] },
      'endpoint',
      'add',
      'new',
      '--host',
      'h.test',
      '--untested',
    );
    expect([asked.code, asked.stderr]).toEqual([0, `Platform (${PLATFORMS}):  kvm \nnew is saved\n`]);
    expect((await desk.run('endpoint', 'info', 'new')).stdout).toBe('name: new\nplatform: kvm\nhost: h.test\n');
    const given = await desk.runWith({ answers: [''] }, 'endpoint', 'add', 'other');
    expect([given.code, given.stderr.split('\n')[1]]).toEqual([2, `which platform? --platform, one of ${PLATFORMS}`]);
  });

  it('are trusted by a yes at a terminal, and by nothing else there', async () => {
    await desk.write(simulated({ demo: { vms: 1, 'host-key': 'unknown' } }));
    const shown =
      /^\S+ port \d+ is not known yet\. It shows this ssh-ed25519 key:\n {2}SHA256:\S+\nIs that the key of this host\? \[y\/N\] /;
    const no = await desk.runWith({ answers: ['n'] }, 'endpoint', 'trust', 'demo');
    expect([no.code, no.stderr]).toEqual([4, expect.stringMatching(shown)]);
    expect(no.stderr).not.toContain('--fingerprint');
    expect(no.stderr).not.toContain('is trusted\n');
    const yes = await desk.runWith({ answers: ['y'] }, 'endpoint', 'trust', 'demo');
    expect([yes.code, yes.stderr]).toEqual([0, expect.stringMatching(shown)]);
    expect(yes.stderr).toContain('the host key of demo is trusted');
  });
});

it.each([
  'endpoint connect demo',
  'endpoint disable demo',
  'endpoint enable demo',
  'endpoint edit demo --latency 1',
  'endpoint trust demo',
  'endpoint add new --platform kvm --host h.test --untested',
  'pool add Lab',
  'pool set Lab A=1',
  'node move demo Lab',
])('%s is one success for programs', async (line) => {
  await desk.write(
    JSON.stringify({
      ...JSON.parse(simulated({ demo: { vms: 3 } })),
      pools: { ...(line.includes(' Lab') && !line.startsWith('pool add') && { Lab: {} }) },
    }),
  );
  expect((await desk.run(...line.split(' '), '-o', 'jsoncompact')).stdout).toBe('{"result":"success"}\n');
});

describe('notes on VMs and nodes', () => {
  it('F-039 F-060 F-437 notes are written, replaced, listed, found and taken away, with who wrote them', async () => {
    const [first] = (await desk.run('vm', 'list', '-o', 'json')).json<{ id: string; name: string; uuid: string }[]>();
    if (!first) throw new Error('no VM');
    await talk([
      [`vm note ${first.name} first`, `${first.id} has a note now\n`],
      [`vm annotate ${first.name} --text moves-on-Friday`, `${first.id} has a note now\n`],
      ['node note fra-01 loud', 'demo/fra-01 has a note now\n'],
    ]);
    const notes = (await readFile(desk.config, 'utf8')).split('notes:')[1] ?? '';
    expect(notes).toMatch(/text: moves-on-Friday, by: .+@.+, at: 20\d\d-/);
    expect(notes).toContain(`uuid: ${first.uuid}`);
    const found = await desk.run('vm', 'list', '--filter', 'note:moves*', '-o', 'json');
    expect(found.json()).toMatchObject([{ name: first.name, note: 'moves-on-Friday' }]);
    expect((await desk.run('node', 'list', '-o', 'json')).json()).toMatchObject([{ note: 'loud' }]);
    expect((await desk.run('vm', 'list', '--columns', 'name,note')).stdout).toContain('moves-on-Friday');
    expect((await desk.run('vm', 'note', first.name, '')).stderr).toBe(`${first.id} has no note now\n`);
    expect((await desk.run('vm', 'list', '--filter', 'note:*', '-o', 'json')).json()).toEqual([]);
    expect((await desk.run('vm', 'note', first.name, '')).code).toBe(2);
  });

  it('F-464 are refused where they are no line of text, and nothing is written in a dry run', async () => {
    const before = await readFile(desk.config, 'utf8');
    const [{ name } = { name: '' }] = (await desk.run('vm', 'list', '-o', 'json')).json<{ name: string }[]>();
    for (const text of ['a\nb', 'a\u202eb', 'x'.repeat(1_001)])
      expect(await desk.run('vm', 'note', name, text)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('a note'),
      });
    expect((await desk.run('vm', 'note', name, 'x', '--dry-run')).code).toBe(0);
    expect(await readFile(desk.config, 'utf8')).toBe(before);
  });

  it('are not shown on another machine that has come under the id', async () => {
    const [first] = (await desk.run('vm', 'list', '-o', 'json')).json<{ id: string; name: string; uuid: string }[]>();
    if (!first) throw new Error('no VM');
    await desk.run('vm', 'note', first.name, 'old');
    await writeFile(desk.config, (await readFile(desk.config, 'utf8')).replace(first.uuid, `${first.uuid}-before`));
    const [now] = (await desk.run('vm', 'list', '-o', 'json')).json<{ note: string | null }[]>();
    expect(now?.note).toBeNull();
  });
});

it('F-313 several regions of one account are added at once, and are a group', async () => {
  const add = 'endpoint add prod --platform aws --profile shop --region eu-central-1,us-east-1 --untested';
  await talk([
    [
      add,
      'prod-eu-central-1 is saved\nprod-us-east-1 is saved\nall of them are the group prod: drover vm list -C prod\n',
    ],
  ]);
  expect((await desk.run('endpoint', 'list', '-C', 'prod', '-o', 'name')).stdout).toBe(
    'prod-eu-central-1\nprod-us-east-1\n',
  );
  const { stderr } = await desk.run('endpoint', 'edit', 'prod-us-east-1', '--region', 'eu-west-1,eu-west-2');
  expect(stderr).toContain('prod-us-east-1: Region must be one');
  const more = add.replace('prod', 'more').split(' ');
  expect((await desk.run(...more, '-o', 'json')).json()).toEqual([
    { name: 'more-eu-central-1', result: 'success' },
    { name: 'more-us-east-1', result: 'success' },
  ]);
});
