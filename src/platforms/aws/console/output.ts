import type { VmId } from '../../../ids.ts';
import type { ConsoleOutput } from '../../contract.ts';
import { onInstance, type VmCalls } from '../vm-call.ts';

/** What the serial console has written: up to 64 KiB, now on Nitro, otherwise as of the last start or stop. */
export const readConsoleOutput = (calls: VmCalls, id: VmId, signal: AbortSignal): Promise<ConsoleOutput> =>
  onInstance(calls, id, signal, async ({ machine, name, read }) => {
    await calls.catalog.learn([machine.type], [], { subject: name, signal });
    const latest = machine.state === 'running' && calls.catalog.type(machine.type)?.nitro === true;
    const { Output = '', Timestamp } = await read('GetConsoleOutput', {
      InstanceId: machine.id,
      ...(latest ? { Latest: true } : {}),
    });
    const at = Timestamp?.getTime();
    return { text: Buffer.from(Output, 'base64').toString('utf8'), at };
  });
