import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compose } from '../src/compose.ts';
import { endpointName } from '../src/ids.ts';
import { createTestClock } from './clock.ts';

it('F-223 of a demo hold for a real endpoint that is added to it, and not for simulated ones', async () => {
  const home = await mkdtemp(join(tmpdir(), 'drover-roles-'));
  const [config, file] = [join(home, 'config.yaml'), join(home, 'policy.yaml')];
  await writeFile(config, 'endpoints: { demo: { platform: fake }, real: { platform: kvm, host: 10.0.0.1 } }');
  await writeFile(file, 'default: view\n', { mode: 0o600 });
  const app = compose({
    ...{ config, readOnly: false, dryRun: false, remember: false, env: { HOME: home, XDG_STATE_HOME: home } },
    clock: createTestClock(),
    interest: () => [],
    warn: (message) => expect.fail(message),
    roles: { file, owner: process.getuid?.() ?? 0, user: { name: 'anna', groups: [] }, exceptSimulated: true },
  });
  await app.load();
  expect(app.policyFor(endpointName('demo'))).toEqual({});
  expect(app.policyFor(endpointName('real')).readOnly).toContain('view');
  await app.close();
  await rm(home, { recursive: true, force: true, maxRetries: 5 });
});
