/** What tests do to VMs behind the platform's back: with a session of its own, on a link that is never cut. */
import { systemClock, wait } from '../../../clock.ts';
import { endpointName } from '../../../ids.ts';
import { child, childrenOf, textAt } from '../../transport/xml.ts';
import { addressOf } from '../address.ts';
import { wholeInventory } from '../inventory-spec.ts';
import { refOf, retrieve, retrieveOne } from '../properties.ts';
import { openSession } from '../session.ts';
import { type MoRef, nothing, type Xml, xml } from '../soap/envelope.ts';
import { createTasks, lookAtTask } from '../tasks.ts';
import { PASSWORD, USER, type Vcsim } from './vcsim.ts';

export interface MachineRoom {
  find(name: string): MoRef;
  power(vm: MoRef, state: 'poweredOn' | 'poweredOff'): Promise<void>;
  /** A copy that is off; resolves with what it is known by. */
  clone(vm: MoRef, name: string): Promise<MoRef>;
  /** Asks for what fails: the task of a VM that is off already. */
  tryPowerOff(vm: MoRef): Promise<void>;
  /** Whether the host of a VM takes work; while it does not, its VMs fail to start. */
  maintain(vm: MoRef, maintenance: boolean): Promise<void>;
  /** A host that runs nothing any more, another one than that of this VM. */
  idleHost(busy: MoRef): Promise<MoRef>;
  /** As an administrator does who cleans up. */
  endOtherSessions(): Promise<void>;
  close(): Promise<void>;
}

const ENDED_WITHIN_MS = 15_000;

export async function openMachineRoom(vcsim: Vcsim): Promise<MachineRoom> {
  const { signal } = new AbortController();
  const name = endpointName('machine-room');
  const values = { url: `127.0.0.1:${vcsim.port}`, ca: vcsim.ca, user: USER, password: PASSWORD };
  const context = { signal, clock: systemClock, wire: () => {}, ask: {} };
  const session = await openSession(name, addressOf({ name, platform: 'vsphere', values }), context);
  const tasks = createTasks(session.clock, lookAtTask(session));
  const byName = new Map<string, MoRef>();
  const wanted = [{ type: 'VirtualMachine', paths: ['name'] }];
  await retrieve(session, wanted, wholeInventory(session.content.rootFolder), signal, ({ ref, values: found }) => {
    byName.set(found.get('name')?.text ?? '', ref);
  });

  const read = async (ref: MoRef, path: string) => (await retrieveOne(session, ref, [path], signal)).get(path);
  async function run(target: MoRef, method: string, args: Xml = nothing): Promise<MoRef> {
    const task = refOf(child(await session.call({ target, method, args, kind: 'mutates', signal }), 'returnval'));
    await tasks.follow(task, ENDED_WITHIN_MS, signal);
    return task;
  }

  return {
    find(wantedName) {
      const ref = byName.get(wantedName);
      if (!ref) throw new Error(`the lab has no VM ${wantedName}`);
      return ref;
    },
    async power(vm, state) {
      const now = (await read(vm, 'runtime.powerState'))?.text;
      if (now !== state) await run(vm, state === 'poweredOn' ? 'PowerOnVM_Task' : 'PowerOffVM_Task');
      if (state === 'poweredOff') return;
      // Its tools come up a moment later; a guest without them obeys no request.
      const deadline = AbortSignal.timeout(ENDED_WITHIN_MS);
      while ((await read(vm, 'guest.toolsRunningStatus'))?.text !== 'guestToolsRunning') {
        await wait(systemClock, 20, deadline);
      }
    },
    async clone(vm, copy) {
      const folder = refOf(await read(vm, 'parent'));
      const spec = xml`<location/><powerOn>false</powerOn><template>false</template>`;
      const task = await run(
        vm,
        'CloneVM_Task',
        xml`<folder type="${folder.type}">${folder.value}</folder><name>${copy}</name><spec>${spec}</spec>`,
      );
      return refOf(await read(task, 'info.result'));
    },
    tryPowerOff: (vm) =>
      run(vm, 'PowerOffVM_Task').then(
        () => undefined,
        () => undefined,
      ),
    async maintain(vm, maintenance) {
      const host = refOf(await read(vm, 'runtime.host'));
      const method = maintenance ? 'EnterMaintenanceMode_Task' : 'ExitMaintenanceMode_Task';
      await run(host, method, xml`<timeout>0</timeout>`);
    },
    async idleHost(busy) {
      const other = (await read(busy, 'runtime.host'))?.text;
      const on = new Map<string, MoRef[]>();
      const places = [{ type: 'VirtualMachine', paths: ['runtime.host', 'runtime.powerState'] }];
      await retrieve(session, places, wholeInventory(session.content.rootFolder), signal, ({ ref, values: found }) => {
        const host = found.get('runtime.host')?.text ?? '';
        const running = found.get('runtime.powerState')?.text === 'poweredOn' ? [ref] : [];
        if (host !== other) on.set(host, [...(on.get(host) ?? []), ...running]);
      });
      const [idle] = [...on].toSorted(([, a], [, b]) => a.length - b.length);
      if (!idle) throw new Error('the lab has no other host');
      for (const vm of idle[1]) await run(vm, 'PowerOffVM_Task');
      return { type: 'HostSystem', value: idle[0] };
    },
    async endOtherSessions() {
      const target = session.content.sessionManager;
      const own = textAt(await read(target, 'currentSession'), 'key');
      const others = childrenOf(await read(target, 'sessionList'), 'UserSession').flatMap((one) => {
        const key = textAt(one, 'key');
        return key === undefined || key === own ? [] : [xml`<sessionId>${key}</sessionId>`];
      });
      await session.call({ target, method: 'TerminateSession', args: xml`${others}`, kind: 'mutates', signal });
    },
    close: () => session.close(),
  };
}
