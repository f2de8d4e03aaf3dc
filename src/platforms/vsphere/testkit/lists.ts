/** For tests of lists: a small vCenter, connected, with whatever a test puts into a folder of its datacenter. */
import { afterEach, beforeEach } from 'vitest';
import { createTestClock, type TestClock } from '../../../../test/clock.ts';
import type { Connection, WireLine } from '../../contract.ts';
import { connect } from '../connection.ts';
import type { Ref } from './property-collector.ts';
import { type SmallVcenter, startSmallVcenter } from './small-vcenter.ts';
import type { Properties } from './small-world.ts';

interface ListBench {
  readonly vcenter: SmallVcenter;
  readonly connection: Connection;
  readonly clock: TestClock;
  /** Puts these into a folder: `group-s1` has the datastores, `group-n1` the networks. */
  put(folder: string, objects: Readonly<Record<Ref, Properties>>): void;
  /** Connects once more, for a server that says something else of itself. */
  reconnect(): Promise<void>;
  /** Once, when the first request of the property collector is answered. */
  afterFirstRead(then: () => void): void;
  /** Requests of the property collector, in their order. */
  reads(): readonly string[];
}

/** One for each test of the file. */
export function listBench(): ListBench {
  let vcenter: SmallVcenter;
  let connection: Connection;
  let clock: TestClock;
  let then: (() => void) | undefined;
  async function open(): Promise<void> {
    const { signal } = new AbortController();
    const wire = ({ text }: WireLine) => {
      if (!text.includes('RetrievePropertiesEx')) return;
      then?.();
      then = undefined;
    };
    connection = await connect(vcenter.endpoint, { signal, clock, wire, ask: {} });
  }
  beforeEach(async () => {
    then = undefined;
    clock = createTestClock();
    vcenter = await startSmallVcenter();
    await open();
  });
  afterEach(async () => {
    await connection.close();
    await vcenter.close();
  });
  return {
    get vcenter() {
      return vcenter;
    },
    get connection() {
      return connection;
    },
    get clock() {
      return clock;
    },
    put(folder, objects) {
      for (const [ref, values] of Object.entries(objects)) vcenter.set(ref as Ref, values);
      vcenter.set(`Folder:${folder}`, { childEntity: { refs: Object.keys(objects) as Ref[] } });
    },
    async reconnect() {
      await connection.close();
      await open();
    },
    afterFirstRead(what) {
      then = what;
    },
    reads: () => vcenter.asked.flatMap(({ method, body }) => (method.includes('RetrieveProperties') ? [body] : [])),
  };
}
