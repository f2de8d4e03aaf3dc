import { describe, expect, it } from 'vitest';
import { FleetError } from '../../src/errors.ts';
import { nodeId, snapshotId, storageId, vmId } from '../../src/ids.ts';
import type { ObjectKind } from '../../src/platforms/contract.ts';
import type { PlatformFacts } from '../../src/platforms/testkit.ts';
import type { Bench } from './bench.ts';
import { patient, present } from './bench.ts';
import { doneTo, invocations, invoke } from './invocations.ts';
import { refusal } from './refusal.ts';

const UNKNOWN = '00000000-0000-4000-8000-00000000dead';

/** Trouble: the right code, once, and never a hang. */
export function errors(bench: () => Bench, facts: PlatformFacts): void {
  const there = (...kinds: readonly ObjectKind[]) => kinds.flatMap((kind) => doneTo(kind, facts.operations));
  const name = () => bench().server.endpoint.name;

  describe('an id that no object has', () => {
    it.each(there('vm'))('%s says vm.not-found', async (operation) => {
      const answer = invoke(operation, await bench().connect(), vmId(name(), UNKNOWN), patient());
      expect((await refusal(present(answer))).code).toBe('vm.not-found');
    });

    const ofSnapshots = there('snapshot');
    if (ofSnapshots.length > 0) {
      it.each(ofSnapshots)('%s says vm.not-found when its VM is gone', async (operation) => {
        const gone = snapshotId(vmId(name(), UNKNOWN), 'first');
        const answer = invoke(operation, await bench().connect(), gone, patient());
        expect((await refusal(present(answer))).code).toBe('vm.not-found');
      });
    }

    const ofEndpoints = there('storage', 'volume', 'network', 'image');
    if (ofEndpoints.length > 0) {
      it.each(ofEndpoints)('%s says that there is none', async (operation) => {
        const answer = invoke(operation, await bench().connect(), storageId(name(), UNKNOWN), patient());
        expect((await refusal(present(answer))).code).toBe(`${invocations[operation].on}.not-found`);
      });
    }

    it.each(there('node'))('%s says node.not-found', async (operation) => {
      const answer = invoke(operation, await bench().connect(), nodeId(name(), UNKNOWN), patient());
      expect((await refusal(present(answer))).code).toBe('node.not-found');
    });
  });

  it('works with its methods taken out', async () => {
    const id = await bench().server.runningVm();
    const connection = await bench().connect();
    const { info } = connection.vm;
    const { close } = connection;
    expect((await info(id, patient())).state).toBe('running');
    await close();
  });

  if (facts.login) {
    it('F-203 refuses a wrong login, and is not to be tried again', async () => {
      const { server, platform } = bench();
      const endpoint = present(server.wrongLogin);
      const error = await refusal(bench().connect(endpoint));
      expect(error).toMatchObject({ code: 'auth.rejected', retry: false });

      const context = { signal: patient(), clock: server.clock, wire: () => {}, ask: {} };
      const checks = await platform.test(endpoint, context);
      expect(checks.at(-1)).toMatchObject({ ok: false });
      expect(checks.slice(0, -1).filter(({ ok }) => !ok)).toEqual([]);
    });
  }

  it('F-025 F-032 finds nothing wrong with a server that works', async () => {
    const { server, platform } = bench();
    const context = { signal: patient(), clock: server.clock, wire: () => {}, ask: {} };
    const checks = await platform.test(server.endpoint, context);
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(checks.length).toBeGreaterThan(0);
  });

  it('F-191 F-444 says host.unreachable when the link is cut, and comes back when it is restored', async () => {
    const { server } = bench();
    const id = await server.runningVm();
    const watching = await bench().watch();
    await server.cutLink();
    try {
      const error = await watching.ended;
      expect(error).toBeInstanceOf(FleetError);
      expect(error).toMatchObject({ code: 'host.unreachable', retry: true });
      expect((await refusal(watching.connection.vm.info(id, patient()))).code).toBe('host.unreachable');
      expect(await refusal(bench().connect())).toMatchObject({ code: 'host.unreachable', retry: true });
    } finally {
      await server.restoreLink();
    }
    const again = await bench().watch();
    expect(again.vms.has(id)).toBe(true);
  });

  it('gives up a connection that is under way when it is aborted', async () => {
    const { server, platform } = bench();
    const controller = new AbortController();
    const reason = new Error('enough');
    const context = { signal: controller.signal, clock: server.clock, wire: () => {}, ask: {} };
    controller.abort(reason);
    await expect(platform.connect(server.endpoint, context)).rejects.toThrow();
  });

  it('F-234 F-341 closes twice without complaint, ends its watch, and then answers nothing any more', async () => {
    const id = await bench().server.runningVm();
    const watching = await bench().watch();
    await watching.connection.close();
    await watching.connection.close();
    expect(await watching.ended).toBeUndefined();
    expect((await refusal(watching.connection.vm.info(id, patient()))).code).toBe('host.unreachable');
  });

  it('shows nothing secret in the wire log', async () => {
    const { server, wire } = bench();
    const connection = await bench().connect();
    const id = await server.runningVm();
    const before = wire.length;
    await connection.vm.info(id, patient());
    expect(wire.length).toBeGreaterThan(before);
    const { password } = server.endpoint.values;
    if (password !== undefined) expect(JSON.stringify(wire)).not.toContain(String(password));
    for (const line of wire) expect(line.tookMs).toBeGreaterThanOrEqual(0);
  });
}
