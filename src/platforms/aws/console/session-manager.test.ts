import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect, it } from 'vitest';
import { readInfo } from '../info.ts';
import { ID, scriptedInstance, WEB1 } from '../testkit/scripted-calls.ts';
import { hasSessionManager } from './session-manager.ts';

it('says how Session Manager gets into an instance that runs, where its plugin is installed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'drover-ssm-'));
  try {
    const env = { PATH: ['', '/nowhere', folder].join(delimiter) };
    const program = async (name: string, mode: number) => {
      await writeFile(join(folder, name), '');
      await chmod(join(folder, name), mode);
    };
    await program('aws', 0o755);
    expect(await hasSessionManager(env)).toBe(false);
    await program('session-manager-plugin', 0o755);
    expect([await hasSessionManager(env), await hasSessionManager({})]).toEqual([true, false]);

    const more = async (Name: 'running' | 'stopped', profile?: string) => {
      const { calls } = scriptedInstance({ State: { Name } });
      const info = await readInfo(calls, { region: 'eu-test-1', profile }, WEB1, new AbortController().signal, env);
      return Object.fromEntries(info.more)['Session Manager'];
    };
    expect(await more('running')).toBe(`aws ssm start-session --target ${ID} --region eu-test-1`);
    expect(await more('running', 'ops team')).toMatch(/ --profile 'ops team'$/);
    expect(await more('stopped')).toBeUndefined();
  } finally {
    await rm(folder, { recursive: true });
  }
});
