import { afterEach, describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { endpointName, vmId } from '../../../ids.ts';
import { createSerial } from '../console/serial.ts';
import type { Daemon } from '../link/daemon.ts';
import { procedures } from '../rpc/protocol.ts';
import { operate } from '../testkit/operated-host.ts';
import { SILENCE } from '../testkit/played-daemon.ts';
import { type PlayedGuest, type PlayedHost, playHost, uuidOf } from '../testkit/played-host.ts';
import { libvirtNo } from '../testkit/scripted-client.ts';
import { idOf } from '../testkit/watched-host.ts';
import { createLifecycle } from './lifecycle.ts';

const daemons: Daemon[] = [];
afterEach(() => {
  for (const daemon of daemons.splice(0)) daemon.close();
});

type Named = { readonly name: string };
const CHANGES = [
  procedures.resume,
  procedures.wakeUp,
  procedures.create,
  procedures.shutdown,
  procedures.destroy,
  procedures.reboot,
  procedures.reset,
  procedures.suspend,
  procedures.managedSave,
] as const;

async function setUp(change: Partial<PlayedGuest>, host: PlayedHost = playHost()) {
  const guest = host.add(1, change);
  if (change.state === 5) guest.domain = { ...guest.domain, id: -1 };
  for (const procedure of CHANGES)
    host.answerBy(procedure.name, () => (procedure === procedures.create ? guest.domain : undefined));
  const operated = await operate(host, createTestClock());
  daemons.push(operated.daemon);
  const names = new Set<string>(CHANGES.map(({ name }) => name));
  const ops = createLifecycle(operated.calls);
  const { signal } = operated;
  const run: Readonly<Record<string, () => Promise<unknown> | undefined>> = {
    start: () => ops.start(idOf(1), signal),
    stop: () => ops.stop(idOf(1), 'graceful', signal),
    'force off': () => ops.stop(idOf(1), 'force', signal),
    restart: () => ops.restart?.(idOf(1), 'graceful', signal),
    reset: () => ops.restart?.(idOf(1), 'force', signal),
    pause: () => ops.pause?.(idOf(1), signal),
    resume: () => ops.resume?.(idOf(1), signal),
    suspend: () => ops.suspend?.(idOf(1), signal),
  };
  const sent = () => host.names().filter((name) => names.has(name));
  return { ...operated, host, guest, run, sent };
}

const RUNS = { state: 1 };
const PAUSED = { state: 3 };
const OFF = { state: 5 };
const SAVED = { state: 5, saved: true };
const CRASHED = { state: 6 };
const ASLEEP = { state: 7 };

describe('the power switch', () => {
  it.each<[string, Partial<PlayedGuest>, readonly string[]]>([
    ['start', RUNS, []],
    ['start', PAUSED, ['DOMAIN_RESUME']],
    ['start', OFF, ['DOMAIN_CREATE_WITH_FLAGS']],
    ['start', SAVED, ['DOMAIN_CREATE_WITH_FLAGS']],
    ['start', ASLEEP, ['DOMAIN_PM_WAKEUP']],
    ['stop', OFF, []],
    ['stop', RUNS, ['DOMAIN_SHUTDOWN_FLAGS']],
    ['force off', OFF, []],
    ['force off', RUNS, ['DOMAIN_DESTROY_FLAGS']],
    ['restart', OFF, ['DOMAIN_CREATE_WITH_FLAGS']],
    ['restart', RUNS, ['DOMAIN_REBOOT']],
    ['reset', OFF, ['DOMAIN_CREATE_WITH_FLAGS']],
    ['reset', RUNS, ['DOMAIN_RESET']],
    ['pause', RUNS, ['DOMAIN_SUSPEND']],
    ['pause', PAUSED, []],
    ['resume', RUNS, []],
    ['resume', PAUSED, ['DOMAIN_RESUME']],
    ['resume', ASLEEP, ['DOMAIN_PM_WAKEUP']],
    ['resume', SAVED, ['DOMAIN_CREATE_WITH_FLAGS']],
    ['suspend', RUNS, ['DOMAIN_MANAGED_SAVE']],
    ['suspend', SAVED, []],
  ])('%s of a guest in state %j sends %j, and touches what it has changed', async (verb, change, names) => {
    const { run, sent, touched } = await setUp(change);
    expect(await run[verb]?.()).toEqual({ warnings: [] });
    expect(sent()).toEqual(names);
    expect(touched.length > 0).toBe(names.length > 0);
    expect(touched.every((uuid) => uuid === uuidOf(1))).toBe(true);
  });

  it.each<[string, Partial<PlayedGuest>, string, string]>([
    ['pause', OFF, 'web1 does not run', 'start it first'],
    ['resume', OFF, 'web1 does not run', 'start it first'],
    ['suspend', OFF, 'web1 does not run', 'start it first'],
    ['start', CRASHED, 'web1 has crashed and is kept as it fell', 'force it off first'],
    ['stop', CRASHED, 'web1 has crashed and can not be asked', 'force it off'],
  ])('refuses to %s a guest in state %j', async (verb, change, message, fix) => {
    const { run, sent } = await setUp(change);
    await expect(run[verb]?.()).rejects.toMatchObject({ code: 'op.conflict', message, fix });
    expect(sent()).toEqual([]);
  });

  it.each<[string, Partial<PlayedGuest>, Named, string, number]>([
    ['start', PAUSED, procedures.resume, 'resume', 90],
    ['start', ASLEEP, procedures.wakeUp, 'wake up', 90],
    ['start', OFF, procedures.create, 'start', 90],
    ['start', SAVED, procedures.create, 'wake up', 90],
    ['stop', RUNS, procedures.shutdown, 'shut down', 90],
    ['force off', RUNS, procedures.destroy, 'force off', 90],
    ['restart', OFF, procedures.create, 'start', 90],
    ['restart', RUNS, procedures.reboot, 'reboot', 90],
    ['reset', RUNS, procedures.reset, 'reset', 90],
    ['pause', RUNS, procedures.suspend, 'pause', 90],
    ['resume', ASLEEP, procedures.wakeUp, 'wake up', 90],
    ['resume', PAUSED, procedures.resume, 'resume', 90],
    ['suspend', RUNS, procedures.managedSave, 'suspend', 600],
  ])(
    'does not know how %s of a guest in state %j ended without an answer in time',
    async (verb, change, silent, word, seconds) => {
      const { host, run, pass, clock, sent } = await setUp(change);
      host.answerBy(silent.name, () => SILENCE);
      let ended = false;
      const running = Promise.resolve(run[verb]?.()).finally(() => {
        ended = true;
      });
      const refused = expect(running).rejects.toMatchObject({
        code: 'outcome.unknown',
        message: expect.stringMatching(new RegExp(`^web1: no answer to "${word}" came, .* within ${seconds} s\\)$`)),
      });
      await pass(seconds * 1_000 - 1);
      expect(ended).toBe(false);
      await clock.pass(1);
      await refused;
      expect(sent()).toHaveLength(1);
    },
  );

  it('lets a guest run that comes back paused, and does not know how that ended without its state', async () => {
    for (const verb of ['start', 'resume']) {
      const { host, guest, run, sent } = await setUp(SAVED);
      host.answer(procedures.create, () => {
        guest.state = 3;
        return guest.domain;
      });
      await run[verb]?.();
      expect(sent()).toEqual(['DOMAIN_CREATE_WITH_FLAGS', 'DOMAIN_RESUME']);
      const lost = await setUp(SAVED);
      lost.host.answer(procedures.create, () => {
        lost.host.answer(procedures.domainState, () => SILENCE);
        return lost.guest.domain;
      });
      const refused = expect(lost.run[verb]?.()).rejects.toMatchObject({
        code: 'outcome.unknown',
        message: expect.stringContaining('no answer to "wake up"'),
      });
      await lost.pass(30_000);
      await refused;
    }
  });

  it('says which VM is not there, and passes on what libvirt refuses', async () => {
    const { host, calls, signal, run } = await setUp(RUNS);
    const ops = createLifecycle(calls);
    const odd = vmId(endpointName('a'), 'no-uuid');
    await expect(ops.start(odd, signal)).rejects.toMatchObject({
      code: 'vm.not-found',
      message: `there is no VM ${odd}`,
    });
    await expect(ops.start(idOf(2), signal)).rejects.toMatchObject({
      code: 'vm.not-found',
      message: `${idOf(2)} is not on this host any more`,
    });
    host.answer(procedures.shutdown, () => {
      throw libvirtNo(55, 'not now');
    });
    await expect(run['stop']?.()).rejects.toMatchObject({ code: 'op.conflict', message: 'web1: not now' });
  });
});

describe('the serial console', () => {
  const WITH_SERIAL = '<domain><memory>1</memory><devices><serial type="pty"/></devices></domain>';
  async function openOn(change: Partial<PlayedGuest>, xml = WITH_SERIAL) {
    const host = playHost();
    const set = await setUp(change, host);
    host.answer(procedures.domainXml, () => xml);
    host.answer(procedures.openConsole, () => undefined);
    const serial = createSerial(set.calls);
    return { ...set, console: (force = false) => serial(idOf(1), { force } as never, set.signal) };
  }
  const inUse = () => {
    throw libvirtNo(9, 'Active console session exists');
  };

  it('has a connection of its own, which ends with it', async () => {
    const { host, console, pass } = await openOn(RUNS);
    const before = host.links.length;
    const attachment = await console();
    expect(attachment.kind).toBe('stream');
    expect(host.links).toHaveLength(before + 2);
    expect(host.came(procedures.openConsole)).toMatchObject([{ device: undefined, flags: 0 }]);
    if (attachment.kind === 'stream') attachment.stream.destroy();
    await pass(1);
    expect(host.links.at(-1)?.destroyed).toBe(true);
    expect(host.links.filter(({ destroyed }) => destroyed)).toHaveLength(1);
  });

  it('is taken over by force alone', async () => {
    const { host, console, pass } = await openOn(RUNS);
    host.answer(procedures.openConsole, inUse);
    await expect(console()).rejects.toMatchObject({
      code: 'op.conflict',
      message: 'the console of web1 is in use',
      fix: 'take it over by force',
    });
    await expect(console(true)).rejects.toMatchObject({
      code: 'op.failed',
      message: 'web1: Active console session exists',
    });
    expect(host.came(procedures.openConsole).map(({ flags }) => flags)).toEqual([0, 1]);
    host.answer(procedures.openConsole, () => {
      throw libvirtNo(55, 'not now');
    });
    await expect(console()).rejects.toMatchObject({ message: 'web1: not now' });
    await pass(1);
    expect(host.links.filter(({ destroyed }) => destroyed)).toHaveLength(3);
  });

  it('is there only while a guest runs that has one', async () => {
    await expect((await openOn(OFF)).console()).rejects.toMatchObject({
      code: 'op.conflict',
      message: 'web1 does not run',
      fix: 'start it first',
    });
    const without = await openOn(RUNS, '<domain><memory>1</memory><devices/></domain>');
    await expect(without.console()).rejects.toMatchObject({
      code: 'op.unsupported',
      message: 'web1 has no serial console',
    });
    expect(without.host.came(procedures.openConsole)).toEqual([]);
  });
});
