import { describe, expect, it } from 'vitest';
import { findCommand } from '../../src/cli/commands.ts';
import type { App } from '../../src/compose.ts';
import type { ErrorCode } from '../../src/errors.ts';
import { endpointName } from '../../src/ids.ts';
import type { Check } from '../../src/platforms/contract.ts';
import type { ConfigChange } from '../../src/state/config/change.ts';
import { commandContext } from './command-context.ts';

const db1 = endpointName('db1');

/** `endpoint test` or `endpoint add`, where the platform's checks end like this. */
async function checked(verb: string, words: readonly string[], values: object, ...checks: readonly Check[]) {
  const found = findCommand('endpoint', verb);
  if (!found || !('command' in found)) throw new Error(`there is no endpoint ${verb}`);
  const changes: ConfigChange[] = [];
  const app = {
    config: () => ({ endpoints: new Map([[db1, { name: db1, platform: 'kvm' }]]) }),
    testEndpoint: async () => checks,
    testDraft: async () => checks,
    changeConfig: async (change: ConfigChange) => {
      changes.push(change);
      return true;
    },
  } as unknown as App;
  const context = commandContext({ app });
  const run = found.command.run(context, { words, values: { ...values }, repeated: {} });
  return { run, changes, said: context.said };
}
const bad = (code?: ErrorCode): Check => ({
  check: 'login',
  ok: false,
  detail: 'no\x1b[2J',
  fix: 'see drover endpoint info new',
  ...(code && { code }),
});
const good: Check = { check: 'port', ok: true, detail: 'open', fix: 'not said' };

describe('checks of an endpoint', () => {
  it.each<[ErrorCode | undefined, number]>([
    [undefined, 4],
    ['auth.forbidden', 3],
    ['config.secret', 2],
  ])('that fail with %s end the test with %i', async (code, exit) => {
    const { run, said } = await checked('test', ['db1'], {}, good, bad(code));
    expect([await run, said]).toEqual([
      exit,
      ['ok      port: open', 'FAILED  login: no', '        see drover endpoint info new'],
    ]);
  });

  it.each<[ErrorCode | undefined, string]>([
    [undefined, 'host.unreachable'],
    ['auth.forbidden', 'auth.forbidden'],
  ])('that fail with %s keep a new one from being saved, and name no command that knows it', async (code, thrown) => {
    const { run, changes, said } = await checked('add', ['new'], { platform: 'kvm', host: 'h' }, good, bad(code));
    await expect(run).rejects.toMatchObject({ code: thrown, message: 'new was not saved, since the test failed' });
    expect([changes, said]).toEqual([[], ['ok      port: open', 'FAILED  login: no']]);
  });

  it('that pass save it with what was given, and no more', async () => {
    const { run, changes } = await checked('add', ['new'], { platform: 'kvm', host: 'h', port: '2222' }, good);
    expect([await run, changes]).toEqual([
      0,
      [{ kind: 'endpoint-add', name: 'new', platform: 'kvm', values: { host: 'h', port: 2222 } }],
    ]);
  });

  it('are not run with --untested', async () => {
    const { run, changes } = await checked('add', ['new'], { platform: 'kvm', host: 'h', untested: true }, bad());
    expect([await run, changes.length]).toEqual([0, 1]);
  });
});
