import { FleetError } from '../../errors.ts';
import type { Check, Context, Endpoint } from '../contract.ts';
import { failed, resolveName, step } from '../transport/check.ts';
import { hostPort, isLoopback, openTcp } from '../transport/socket.ts';
import { readSshConfig, type SshHostConfig } from '../transport/ssh/config.ts';
import { readHost } from './host/host.ts';
import { type Address, addressOf, hostOf } from './link/address.ts';
import { createDaemon, type Daemon } from './link/daemon.ts';
import { createDialer, type Dialer } from './link/dial.ts';

/** From the name of the host to the right to run guests on it, up to the first that fails. */
export async function testEndpoint(endpoint: Endpoint, context: Context): Promise<readonly Check[]> {
  const checks: Check[] = [];
  const open: { dialer?: Dialer; daemon?: Daemon } = {};
  try {
    for await (const check of steps(endpoint, context, open)) {
      checks.push(check);
      if (!check.ok) break;
    }
  } finally {
    if (open.daemon) open.daemon.close();
    else open.dialer?.close();
  }
  return checks;
}

async function* steps(
  endpoint: Endpoint,
  context: Context,
  open: { dialer?: Dialer; daemon?: Daemon },
): AsyncGenerator<Check> {
  const { signal, clock } = context;
  let address: Address;
  try {
    address = addressOf(endpoint);
  } catch (error) {
    yield failed('the endpoint is complete', error);
    return;
  }
  const host = hostOf(address);
  let ssh: SshHostConfig | undefined;
  if (address.transport === 'ssh') {
    try {
      ssh = await readSshConfig(address, context);
    } catch (error) {
      // The machine's own ssh reads it by itself.
      if (address.client === 'builtin') {
        yield failed('the SSH configuration is understood', error);
        return;
      }
    }
  }
  const target = tcpTarget(address, ssh);
  if (target) {
    yield await step('the name resolves', () => resolveName(target.host));
    yield await step('the host answers', async () => {
      (await openTcp(target.host, target.port, context)).destroy();
      return hostPort(target.host, target.port);
    });
  }
  if (address.transport === 'tcp' && !isLoopback(host)) {
    yield {
      check: 'the link is protected',
      ok: true,
      detail: 'no, as you allowed: anybody on the way can take the host over',
      fix: 'use ssh or tls',
    };
  }

  try {
    open.dialer = await createDialer(endpoint.name, address, context);
  } catch (error) {
    if (error instanceof FleetError && error.code.startsWith('auth.'))
      yield { check: 'the host key is trusted', ok: true, detail: host };
    yield failed(nameOfLoginStep(error), error);
    return;
  }
  const { dialer } = open;
  if (address.transport === 'ssh' && address.client === 'builtin') {
    yield { check: 'the host key is trusted', ok: true, detail: host };
    yield { check: 'the login works', ok: true, detail: address.user ?? 'as ~/.ssh/config says' };
  }
  yield await step("the daemon's socket opens", async () => {
    (await dialer.open(signal)).destroy();
    return address.socket ?? address.transport;
  });
  const { driver } = address;
  const { wire } = context;
  try {
    open.daemon = await createDaemon({ endpoint: endpoint.name, dialer, driver, clock, wire }, signal);
  } catch (error) {
    yield failed(
      error instanceof FleetError && error.code === 'auth.forbidden'
        ? 'this user may manage libvirt'
        : 'the daemon answers',
      error,
    );
    return;
  }
  yield { check: 'the daemon answers', ok: true, detail: driver };
  yield { check: 'this user may manage libvirt', ok: true, detail: driver };

  const { daemon } = open;
  const { node, capabilities } = await readHost(daemon.poll, endpoint.name, host, signal);
  const types = capabilities.domainTypes;
  yield types.length > 0
    ? { check: 'it can run guests', ok: true, detail: `${node.version}: ${types.join(', ')}` }
    : {
        check: 'it can run guests',
        ok: false,
        detail: `${node.version} finds no emulator`,
        fix: `install QEMU for ${capabilities.arch ?? 'the host'}`,
      };
  if (driver.startsWith('qemu:')) {
    // Guests run without it, only slowly: so the check reports it, but does not fail.
    yield types.includes('kvm')
      ? { check: '/dev/kvm works', ok: true, detail: 'guests run at full speed' }
      : {
          check: '/dev/kvm works',
          ok: true,
          detail: 'no: guests are emulated, and slow',
          fix: 'switch virtualization on in the firmware, and see that /dev/kvm is there and writable',
        };
  }
}

function nameOfLoginStep(error: unknown): string {
  if (!(error instanceof FleetError)) return 'the host speaks SSH';
  if (error.code.startsWith('trust.')) return 'the host key is trusted';
  return error.code.startsWith('auth.') || error.code === 'config.invalid' ? 'the login works' : 'the host speaks SSH';
}

/** What a plain connection can be tried to; a host behind another one, or behind a command, can't. */
function tcpTarget(address: Address, ssh: SshHostConfig | undefined): { host: string; port: number } | undefined {
  if (address.transport === 'unix') return undefined;
  if (address.transport !== 'ssh') return { host: address.host, port: address.port };
  if (!ssh || ssh.proxyCommand !== undefined || ssh.proxyJump.length > 0) return undefined;
  return { host: ssh.hostName, port: ssh.port };
}
