import { readFileSync } from 'node:fs';
import { uuidText } from '../link/uuid.ts';
import { VIR_ERR } from '../rpc/errors.ts';
import type { Domain, GuestInterface } from '../rpc/protocol.ts';
import { procedures } from '../rpc/protocol.ts';
import { type PlayedDaemon, playDaemon, SILENCE } from './played-daemon.ts';
import { libvirtNo } from './scripted-client.ts';
import { statsReply } from './stats-reply.ts';

/** A guest of the played host; a test changes it while it is watched. */
export interface PlayedGuest {
  domain: Domain;
  state: number;
  reason: number;
  saved: boolean;
  memoryKib: number;
  cpus: number;
  cpuTimeNs: number;
  autostart: boolean;
  metadata: string | undefined;
  /** An id of libosinfo in its metadata. */
  os: string | undefined;
  addresses: readonly GuestInterface[];
  /** Counters of its interfaces. */
  net: Readonly<Record<string, number>>;
  /** What its monitor reports; undefined while that hangs. */
  monitor: Readonly<Record<string, number | string>> | undefined;
}

export interface PlayedHost extends PlayedDaemon {
  /** What the calls that ask monitors wait for before they are answered. */
  monitors: { waitFor: () => Promise<void> | undefined };
  readonly guests: Map<string, PlayedGuest>;
  /** A guest with the uuid 0101…, 0202…; it runs unless `change` says otherwise. */
  add(number: number, change?: Partial<PlayedGuest>): PlayedGuest;
}

const CAPABILITIES = readFileSync(new URL('../fixtures/capabilities.xml', import.meta.url), 'utf8');
/** libvirt-domain.h: VIR_CONNECT_LIST_DOMAINS_*, VIR_DOMAIN_STATS_*, VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT. */
const [ACTIVE, INACTIVE, WITH_MANAGED_SAVE] = [1, 2, 256];
const [OF_STATE, OF_BALLOON, OF_INTERFACE, OF_BLOCK, NOWAIT] = [1, 4, 16, 32, 2 ** 29];
const NO_DOMAIN = 42;
const NO_METADATA = 80;

const bytesOf = (number: number): Buffer => {
  const bytes = Buffer.alloc(16, number);
  if (number > 255) bytes.writeUInt16BE(0xf000 + number);
  return bytes;
};
/** 01010101-…, 02020202-… */
export const uuidOf = (number: number): string => uuidText(bytesOf(number));

/** A host that answers whatever is read of it, and knows its guests. */
export function playHost(): PlayedHost {
  const daemon = playDaemon();
  const guests = new Map<string, PlayedGuest>();
  const { answer } = daemon;
  const guestOf = ({ uuid }: { readonly uuid: Buffer }): PlayedGuest => {
    const guest = guests.get(uuidText(uuid));
    if (!guest) throw libvirtNo(NO_DOMAIN, 'Domain not found');
    return guest;
  };
  const all = () => [...guests.values()];
  const counters = (values: Readonly<Record<string, number>>, count: number) => ({
    counters: count === 0 ? [] : Object.entries(values).map(([name, value]) => ({ name, value })),
    count: Object.keys(values).length,
  });

  answer(procedures.authList, () => []);
  answer(procedures.open, () => undefined);
  answer(procedures.hostname, () => 'db1.example.org');
  answer(procedures.nodeInfo, () => ({
    model: 'x86_64',
    memoryKib: 8 * 1024 ** 2,
    cpus: 16,
    mhz: 2400,
    cells: 2,
    sockets: 1,
    cores: 4,
    threads: 2,
  }));
  answer(procedures.type, () => 'QEMU');
  answer(procedures.version, () => 7_002_013);
  answer(procedures.libraryVersion, () => 9_010_002);
  answer(procedures.capabilities, () => CAPABILITIES);
  answer(procedures.supportsFeature, () => 1);
  answer(procedures.registerEvent, () => 0);
  answer(procedures.nodeCpuStats, ({ count }) =>
    counters({ kernel: 1e9, user: 2e9, idle: 6e9, iowait: 1e9, intr: 0 }, count),
  );
  answer(procedures.nodeMemoryStats, ({ count }) =>
    counters({ total: 8 * 1024 ** 2, free: 3 * 1024 ** 2, buffers: 512 * 1024, cached: 1536 * 1024 }, count),
  );
  answer(procedures.listDomains, ({ flags }) => {
    const domains = all().filter(({ saved }) => flags !== WITH_MANAGED_SAVE || saved);
    return { domains: domains.map(({ domain }) => domain), count: domains.length };
  });
  const monitors: PlayedHost['monitors'] = { waitFor: () => undefined };
  answer(procedures.domainStats, async ({ domains, groups, flags }) => {
    const asked = domains.length > 0 ? domains.map(guestOf) : all();
    const listed = asked.filter(
      ({ domain: { id } }) => (flags & (id === -1 ? INACTIVE : ACTIVE)) !== 0 || (flags & 3) === 0,
    );
    const asksMonitors = (groups & (OF_BALLOON + OF_BLOCK)) !== 0;
    if (asksMonitors && (flags & NOWAIT) === 0) throw new Error('this would wait for the monitors');
    if (asksMonitors) await monitors.waitFor();
    return statsReply(
      listed.map(({ domain, state, reason, net, monitor }) => ({
        domain,
        values: {
          ...((groups & OF_STATE) !== 0 && { 'state.state': state, 'state.reason': reason }),
          ...((groups & OF_INTERFACE) !== 0 && net),
          ...(asksMonitors && monitor),
        },
      })),
    );
  });
  answer(procedures.domainByUuid, (args) => guestOf(args).domain);
  answer(procedures.domainState, ({ domain }) => guestOf(domain));
  answer(procedures.hasManagedSave, ({ domain }) => guestOf(domain).saved);
  answer(procedures.domainInfo, ({ domain }) => ({ ...guestOf(domain), maxMemoryKib: 0 }));
  answer(procedures.domainAutostart, ({ domain }) => guestOf(domain).autostart);
  answer(procedures.domainAddresses, ({ domain, source }) => {
    if (source === 0) return guestOf(domain).addresses;
    if (source === 1) return SILENCE;
    throw libvirtNo(VIR_ERR.noSupport);
  });
  answer(procedures.domainXml, () => '<domain/>');
  answer(procedures.domainIsPersistent, () => true);
  answer(procedures.domainMetadata, ({ domain, type, uri }) => {
    const { metadata, os } = guestOf(domain);
    if (os !== undefined && uri?.startsWith('http://libosinfo.org/')) return `<libosinfo><os id="${os}"/></libosinfo>`;
    if (metadata === undefined || type !== 2 || uri !== 'kvirt') throw libvirtNo(NO_METADATA);
    return metadata;
  });
  return {
    ...daemon,
    monitors,
    guests,
    add(number, change = {}) {
      const uuid = bytesOf(number);
      const guest: PlayedGuest = {
        domain: { name: `web${number}`, uuid, id: number },
        state: 1,
        reason: 1,
        saved: false,
        memoryKib: 1024 * 128,
        cpus: 2,
        cpuTimeNs: 0,
        autostart: false,
        metadata: undefined,
        os: undefined,
        addresses: [],
        net: {},
        monitor: {},
        ...change,
      };
      guests.set(uuidText(uuid), guest);
      return guest;
    },
  };
}

/** An interface of a guest as the host's DHCP server knows it. */
export const leased = (...addresses: readonly string[]): readonly GuestInterface[] => [
  {
    name: 'vnet0',
    mac: '52:54:00:00:00:01',
    addresses: addresses.map((address) => ({ type: 0, address, prefix: 24 })),
  },
];
