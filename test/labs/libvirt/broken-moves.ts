/** Moves that something breaks: at a step of libvirt's protocol, or while memory is on its way. */
import { afterEach, beforeAll } from 'vitest';
import type { Connection, Migrated, MigrateSpec, MigrationPeer, Visit } from '../../../src/platforms/contract.ts';
import type { Side } from '../../../src/platforms/kvm/migrate/side.ts';
import { type AtCall, type BrokenWire, startBrokenWire } from './broken-wire.ts';
import { type Host, host1, host2, killDaemon, restoreHost, startDaemon } from './hosts.ts';
import { connectPair, HOSTS, idOn, type Pair, SPEC } from './migrating.ts';
import { removeMovable, shareStorage } from './movable-guests.ts';
import { inHost } from './namespaces.ts';

export const NAME = 'survivor';
let pair: Pair | undefined;
let wire: BrokenWire | undefined;

/** For each file of such tests: hosts that are whole, and nothing left, before and after each. */
export function aroundEach(): void {
  beforeAll(async () => {
    await shareStorage(HOSTS);
    await removeMovable(HOSTS, NAME);
  });
  afterEach(async () => {
    for (const host of [host1, host2]) await restoreHost(host);
    await tidyUp();
  });
}

/** Behind a move, with hosts that are whole: its connections and its VM go. */
export async function tidyUp(): Promise<void> {
  await pair?.close();
  pair = undefined;
  await wire?.close();
  wire = undefined;
  await removeMovable(HOSTS, NAME);
}

/** A step of libvirt's protocol at the target, and what happens before it is sent or after its answer has come. */
export interface Hook {
  readonly step: 'PREPARE' | 'FINISH';
  readonly when: 'before' | 'after';
  happens(): Promise<unknown>;
  /** The answer is lost. */
  readonly loses?: true;
}

/** The target's part, with the hook in its link. */
function hooked({ node }: Connection, hook: Hook): MigrationPeer {
  const tampered = (side: Side): Side => {
    const { daemon } = side.host;
    return {
      ...side,
      host: {
        ...side.host,
        daemon: {
          ...daemon,
          async open(channel, signal) {
            const client = await daemon.open(channel, signal);
            const call: typeof client.call = async (procedure, args, options) => {
              const isIt = procedure.name.includes(hook.step);
              if (isIt && hook.when === 'before') await hook.happens();
              const answer = await client.call(procedure, args, options);
              if (isIt && hook.when === 'after') {
                await hook.happens();
                if (hook.loses) {
                  client.close();
                  return client.call(procedure, args, options);
                }
              }
              return answer;
            };
            return { ...client, call, isOpen: client.isOpen };
          },
        },
      },
    };
  };
  const visiting = (visit: Visit<unknown>): Visit<never> => ({
    ...visit,
    run: (host, signal) => visit.run(tampered(host as Side), signal) as never,
  });
  const [planReceive, receive] = [node?.planReceive, node?.receive];
  if (!planReceive || !receive) throw new Error('the target takes nothing');
  return {
    planReceive: planReceive as never,
    receive: (id, visit, signal) => receive(id, visiting(visit as never), signal) as never,
  };
}

export const moveWith = async (hook: Hook, spec: MigrateSpec = SPEC): Promise<Migrated> => {
  pair = await connectPair(host1, host2);
  const { migrate } = pair.from.vm;
  if (!migrate) throw new Error('the source moves nothing');
  const target = { node: pair.target.node, peer: hooked(pair.to, hook) };
  return migrate(await idOn(host1, NAME), target, spec, new AbortController().signal);
};

/** Something happens at a call to the source, which is reached over TCP: what only a login sees is not checked. */
export const moveThrough = async (at: AtCall): Promise<Migrated> => {
  wire = await startBrokenWire(host1, at);
  pair = await connectPair(host1, host2, { transport: 'tcp', host: '127.0.0.1', port: wire.port, insecure: true });
  return pair.migrate(await idOn(host1, NAME), { ...SPEC, despite: ['files', 'clock', 'reach', 'disks'] });
};

/** Something breaks as soon as memory is on its way; the rest goes at 1 MiB/s. */
export const moveAnd = async (breaks: () => Promise<unknown>, spec: Partial<MigrateSpec> = {}): Promise<Migrated> => {
  pair = await connectPair(host1, host2);
  let broken: Promise<unknown> | undefined;
  const progress: MigrateSpec['progress'] = ({ done }) => {
    if (done > 0) broken ??= breaks();
  };
  try {
    return await pair.migrate(await idOn(host1, NAME), { ...SPEC, limit: (2 ** 20) as never, progress, ...spec });
  } finally {
    await broken;
  }
};

export const failed = (move: Promise<Migrated>) =>
  move.then(
    () => new Error('it has moved'),
    (error: unknown) => error as Error & { readonly code: string; readonly fix?: string },
  );
/** The daemon dies, and comes back some seconds later. */
export const dieFor = async (host: Host, ms: number): Promise<void> => {
  await killDaemon(host);
  setTimeout(() => void startDaemon(host).catch(() => undefined), ms);
};
export const killQemu = async (host: Host): Promise<unknown> =>
  inHost(host, 'sh', '-c', `kill -9 $(cat /run/libvirt/qemu/${NAME}.pid)`);

export const SHARED = { shared: true, running: true, cache: 'none' } as const;
export const OWN = { shared: false, running: true } as const;
