/** For tests of lists: a small vCenter, connected, with whatever a test puts into a folder of its datacenter. */
import type { Clock } from '../../../clock.ts';
import type { Connection, WireLine } from '../../contract.ts';
import { connect } from '../connection.ts';
import type { Ref } from './property-collector.ts';
import { type SmallVcenter, startSmallVcenter } from './small-vcenter.ts';
import type { Properties } from './small-world.ts';

export interface ListBench {
  readonly vcenter: SmallVcenter;
  readonly connection: Connection;
  readonly clock: Clock;
  /** Puts these into a folder: `group-s1` has the datastores, `group-n1` the networks. */
  put(folder: string, objects: Readonly<Record<Ref, Properties>>): void;
  /** Connects once more, for a server that says something else of itself. */
  reconnect(): Promise<void>;
  /** Once, when the first request of the property collector is answered. */
  afterFirstRead(then: () => void): void;
  /** Requests of the property collector, in their order. */
  reads(): readonly string[];
  close(): Promise<void>;
}

export async function openListBench(clock: Clock): Promise<ListBench> {
  const vcenter = await startSmallVcenter();
  let then: (() => void) | undefined;
  const wire = ({ text }: WireLine) => {
    if (!text.includes('RetrievePropertiesEx')) return;
    then?.();
    then = undefined;
  };
  const open = () => connect(vcenter.endpoint, { signal: new AbortController().signal, clock, wire, ask: {} });
  let connection = await open();
  return {
    vcenter,
    get connection() {
      return connection;
    },
    clock,
    put(folder, objects) {
      for (const [ref, values] of Object.entries(objects)) vcenter.set(ref as Ref, values);
      vcenter.set(`Folder:${folder}`, { childEntity: { refs: Object.keys(objects) as Ref[] } });
    },
    async reconnect() {
      await connection.close();
      connection = await open();
    },
    afterFirstRead(what) {
      then = what;
    },
    reads: () => vcenter.asked.flatMap(({ method, body }) => (method.includes('RetrieveProperties') ? [body] : [])),
    async close() {
      await connection.close();
      await vcenter.close();
    },
  };
}
