import { FleetError } from '../../errors.ts';
import type { Check, Context, Endpoint, Platform } from '../contract.ts';
import { failed } from '../transport/check.ts';
import { createConnection } from './connection.ts';
import { simulatedSetup } from './host-setup.ts';
import type { FakeServer } from './server.ts';
import { fakeServer } from './servers.ts';
import { think } from './think.ts';

const WRONG_PASSWORD = 'wrong';
/** The row of what is asked of the server itself. */
const NO_NODE = -1;

export const platform: Platform = {
  async connect(endpoint, context) {
    const server = await fakeServer(endpoint, context.clock);
    for (const { pass } of gates(server, endpoint, context)) await pass();
    return createConnection(server, context);
  },

  async test(endpoint, context) {
    const server = await fakeServer(endpoint, context.clock);
    const checks: Check[] = [];
    for (const { check, detail, pass } of gates(server, endpoint, context)) {
      try {
        await pass();
        checks.push({ check, ok: true, detail });
      } catch (error) {
        if (!(error instanceof FleetError)) throw error;
        checks.push(failed(check, error));
        break;
      }
    }
    return checks;
  },

  async setUp(endpoint, context) {
    const server = await fakeServer(endpoint, context.clock);
    for (const { pass } of gates(server, endpoint, context)) await pass();
    return simulatedSetup(server);
  },
};

interface Gate {
  readonly check: string;
  /** What there is to say when it was passed. */
  readonly detail: string;
  pass(): Promise<void>;
}

/** What stands between a user and the fleet, in order. */
function gates(server: FakeServer, endpoint: Endpoint, context: Context): readonly Gate[] {
  const { faults, link } = server;
  return [
    {
      check: 'the host answers',
      detail: 'simulated',
      async pass() {
        await think(server, NO_NODE, context.signal);
        link.lost.throwIfAborted();
      },
    },
    {
      check: 'the host key is trusted',
      detail: 'simulated',
      pass: () => trust(server, endpoint.name, context),
    },
    {
      check: 'the login works',
      detail: 'simulated',
      async pass() {
        if (!faults.loginsRefused && endpoint.values['password'] !== WRONG_PASSWORD) return;
        throw new FleetError('auth.rejected', `${endpoint.name} refused this login`, {
          fix: `give it another password: drover endpoint edit ${endpoint.name}`,
          ...(!faults.loginsRefused && { refused: 'password' }),
        });
      },
    },
  ];
}

/** Servers whose key was accepted, as a file of known hosts has them. */
const known = new WeakSet<FakeServer>();

async function trust(server: FakeServer, host: string, { ask }: Context): Promise<void> {
  const { hostKey } = server.options;
  if (hostKey === 'changed') {
    throw new FleetError('trust.changed-host', `the key of ${host} is another one than before`, {
      fix: 'find out why before you connect again',
    });
  }
  if (hostKey !== 'unknown' || known.has(server)) return;
  const key = {
    host,
    port: 22,
    type: 'ssh-ed25519',
    fingerprint: 'SHA256:c2ltdWxhdGVkIGtleSBvZiB0aGUgZGVtbyBmbGVldAo',
  };
  if (await ask.trust?.(key)) {
    known.add(server);
    return;
  }
  throw new FleetError('trust.unknown-host', `the key of ${host} is not trusted yet`, {
    fix: `drover endpoint trust ${host}`,
  });
}
