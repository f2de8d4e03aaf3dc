import { connect } from 'node:net';
import { systemClock } from '../../../src/clock.ts';
import { createRpcClient } from '../../../src/platforms/kvm/rpc/client.ts';
import { procedures } from '../../../src/platforms/kvm/rpc/protocol.ts';
import type { Host } from './site.ts';

/** libvirt's simulated hypervisor inside a real daemon. All its connections share it, and it lives as long as one of them. */
const TEST_DRIVER = 'test:///default';

/** Calls that the daemon works on at a time are five per connection. */
const IN_FLIGHT = 4;

export interface ManyDomains {
  readonly names: readonly string[];
  /** Is it on, says the daemon on a connection of its own. */
  isOn(name: string): Promise<boolean>;
  /** With the connection the domains go. */
  close(): void;
}

const nameOf = (number: number): string => `many${String(number).padStart(5, '0')}`;

const xmlOf = (name: string): string =>
  `<domain type='test'><name>${name}</name><memory unit='MiB'>512</memory><vcpu>2</vcpu><os><type>hvm</type></os></domain>`;

/** Defines `count` domains and starts every tenth. Ten thousand take some ten seconds. */
export async function makeMany(host: Host, count: number): Promise<ManyDomains> {
  const client = createRpcClient({
    link: connect(host.socket),
    clock: systemClock,
    peer: `libvirt on ${host.name}`,
    onWire: () => {},
  });
  await client.call(procedures.open, { name: TEST_DRIVER, flags: 0 });
  const names = Array.from({ length: count }, (_, number) => nameOf(number));
  const uuids = new Map<string, Buffer>();
  const open = names.values();
  const work = async () => {
    for (const name of open) {
      const domain = await client.call(procedures.define, { xml: xmlOf(name), flags: 0 });
      uuids.set(name, domain.uuid);
      if (Number(name.slice(-1)) === 0) await client.call(procedures.create, { domain, flags: 0 });
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, work));
  return {
    names,
    async isOn(name) {
      const domain = await client.call(procedures.domainByUuid, { uuid: uuids.get(name) ?? Buffer.alloc(16) });
      return domain.id !== -1;
    },
    close: () => client.close(),
  };
}

/** A configuration with nothing but this daemon's test driver. */
export const manyConfig = (host: Host): string =>
  `endpoints:\n  many:\n    platform: kvm\n    transport: unix\n    socket: ${host.socket}\n    driver: ${TEST_DRIVER}\n`;
