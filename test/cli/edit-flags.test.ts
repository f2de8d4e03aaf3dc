import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { parseFlags } from '../../src/cli/flags.ts';
import { typedFor } from '../../src/cli/shared-flags.ts';
import { platforms } from '../../src/platforms/registry.ts';
import { type Desk, openDesk, simulated } from './run-drover.ts';

const manifests = platforms.map(({ manifest }) => manifest);
const flagsOf = (verb: string, noun = 'vm') =>
  commands.find((command) => command.noun === noun && command.verb === verb)?.flags([]) ?? [];

describe('the flags of vm edit', () => {
  const sizes = manifests.flatMap(({ id, settings }) =>
    settings.flatMap((field) =>
      (field.kind === 'bytes' || field.kind === 'count') && field.in['edit-config'] === 'write' ? [{ id, field }] : [],
    ),
  );

  it.each(sizes)('have the limits of the platform for $field.key on $id, and of no other', ({ field }) => {
    const { key, kind, min = 1, max = kind === 'bytes' ? 2 ** 45 : 4_096 } = field;
    const given = (value: number) => {
      const word = kind === 'bytes' ? `${value}B` : String(value);
      return typedFor(field, key, parseFlags([`--${key}=${word}`], flagsOf('edit')).values[key] ?? '');
    };
    expect(given(max)).toBe(max);
    expect(given(min)).toBe(min);
    if (field.max !== undefined) expect(() => given(max + 1)).toThrow(`--${key}: ${field.label} must be`);
    if (min > 1) expect(() => given(min - 1)).toThrow(`--${key}: ${field.label} must be`);
  });

  it('know nothing of a simulated platform in their help', () => {
    for (const { help } of [...flagsOf('edit'), ...flagsOf('edit', 'endpoint'), ...flagsOf('add', 'endpoint')]) {
      expect(help).not.toMatch(/\bfake\b/);
    }
  });
});

describe('vm edit', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await openDesk(simulated({ demo: { vms: 4 } }));
  });
  afterAll(() => desk.clear());
  const first = async () => (await desk.run('vm', 'list', '-o', 'json')).json<{ id: string; name: string }[]>()[0];

  it('refuses what is above the limit of the platform that the VM is on', async () => {
    const { id = '' } = (await first()) ?? {};
    const { code, stderr } = await desk.run('vm', 'edit', id, '--memory', '2TiB');
    expect(code).toBe(2);
    expect(stderr).toContain('--memory: Memory must be between 64MiB and 1TiB');
  });

  it('takes a file of values, by the keys of the platform that the VM is on', async () => {
    const { id = '', name } = (await first()) ?? {};
    const edit = (yaml: string, ...flags: readonly string[]) =>
      desk.runWith({ input: yaml }, 'vm', 'edit', id, '--from', '-', ...flags);
    expect(await edit('description: by file\nvcpus: 3\n', '--vcpus', '5')).toMatchObject({
      code: 0,
      stderr: `${name} has Description by file, vCPUs 5 saved\n`,
    });
    expect(await edit('vcpus: many')).toMatchObject({
      code: 2,
      stderr: 'vcpus (standard input:1): vCPUs must be a whole number\n',
    });
    const unknown = await edit('vcpus: 2\nmemroy: 2GiB\n');
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain(`which has no memroy (standard input:2) (did you mean memory?)`);
    const other = await edit('memory-hot-add: yes');
    expect(other.stderr).toMatch(/which has no memory-hot-add[\s\S]*--memory-hot-add is for vsphere/);
    // Which endpoints are meant is no setting.
    expect(await edit('vcpus: 4', '-C', 'demo')).toMatchObject({ code: 0 });
    expect(await edit('')).toMatchObject({ code: 2, stderr: expect.stringContaining('nothing to change') });
  });

  it('names the platforms that have a flag which the one of the VM does not have', async () => {
    const { id = '', name } = (await first()) ?? {};
    const { code, stderr } = await desk.run('vm', 'edit', id, '--memory-hot-add');
    expect(code).toBe(2);
    expect(stderr).toContain(`${name} is on`);
    expect(stderr).toMatch(/which has no --memory-hot-add[\s\S]*--memory-hot-add is for vsphere/);
  });
});

describe('help', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await openDesk(simulated({ demo: { vms: 1 } }));
  });
  afterAll(() => desk.clear());
  const help = async (...words: readonly string[]) => (await desk.run(...words)).stdout;

  it.each(['vm', 'node', 'pool', 'endpoint', 'platform'])('of %s --help is that of drover help %s', async (noun) => {
    expect(await help(noun, '--help')).toBe(await help('help', noun));
    expect(await help(noun, '-h')).toContain(`${noun} list`);
  });

  it('of endpoint add shows the flags of one platform, and none before one is named', async () => {
    expect(await help('help', 'endpoint', 'add')).toBe(await help('endpoint', 'add', '--help'));
    expect(await help('help', 'endpoint', 'add')).not.toContain('--host');
    const kvm = await help('help', 'endpoint', 'add', 'kvm');
    expect(kvm).toContain('--host');
    expect(kvm).not.toContain('--region');
  });

  it('offers no simulated platform where one is to be chosen', async () => {
    const { stderr } = await desk.run('endpoint', 'add', 'more');
    expect(stderr).toContain('which platform? --platform, one of kvm, aws');
    expect(stderr).not.toContain('fake');
  });
});
