/** Consoles of guests: the serial one by the daemon itself, the screen by QEMU's VNC server. */
import type { Absences, ConsoleOps } from '../../contract.ts';
import { lacking } from '../../lib/listed.ts';
import type { Address } from '../link/address.ts';
import type { Dialer } from '../link/dial.ts';
import type { GuestCalls } from '../vm/guest-call.ts';
import { createConsoleCommand } from './console-command.ts';
import { createDisplay } from './display.ts';
import { createSerial } from './serial.ts';
import { createViewer } from './viewer.ts';

const OF_TEST_DRIVER = "libvirt's test driver has no consoles";

/** `whyNot`: why one is missing. */
export const createConsoles = (
  calls: GuestCalls,
  dialer: Pick<Dialer, 'host' | 'reach'>,
  address: Address,
  isTest: boolean,
): { readonly ops: ConsoleOps; readonly whyNot: Absences } => ({
  ops: isTest
    ? {}
    : {
        serial: createSerial(calls),
        display: createDisplay(calls, dialer),
        viewer: createViewer(calls, dialer),
        command: createConsoleCommand(calls, address),
      },
  whyNot: {
    'console.output': 'libvirt keeps nothing of what a guest has written: open its console',
    ...(isTest && lacking(OF_TEST_DRIVER, ['console'], ['console.output'])),
  },
});
