/** A login to a host that may have no libvirt yet: looks at it, and runs what makes it ready. */
import { FleetError } from '../../../errors.ts';
import { commandLine } from '../../../shell-word.ts';
import { formatBytes } from '../../../units.ts';
import type { Context, Endpoint, HostSetup, HostSurvey } from '../../contract.ts';
import { within } from '../../transport/deadline.ts';
import { addressOf } from '../link/address.ts';
import { createDialer, type Dialer } from '../link/dial.ts';
import { runCommand } from '../node/run-command.ts';
import { type Facts, readFacts } from './facts.ts';
import { LOOK_SCRIPT } from './look-script.ts';
import { partsOf } from './parts.ts';
import { runToEnd } from './run-to-end.ts';
import { BECOME_ROOT, stepsOf } from './steps.ts';

/** A dozen programs, each with ten seconds where it hangs. */
const LOOK_MS = 120_000;
/** More than that is no answer to the look. */
const MOST_OUTPUT = 4 * 1024 ** 2;

/** Rejects with op.unsupported where there is no login, or where the endpoint is not the system's own QEMU. */
export async function setUpHost(endpoint: Endpoint, context: Context): Promise<HostSetup> {
  const address = addressOf(endpoint);
  if (address.driver !== 'qemu:///system')
    throw new FleetError('op.unsupported', `${endpoint.name} is ${address.driver}: only qemu:///system is set up`);
  if (address.transport === 'tcp' || address.transport === 'tls')
    throw new FleetError(
      'op.unsupported',
      `${endpoint.name} has no login to its host: it is reached by ${address.transport}`,
      {
        fix: `name the host as USER@HOST`,
      },
    );
  const { clock } = context;
  const dialer = withLogin(await createDialer(endpoint.name, address, context));
  return {
    look: (signal) =>
      within(LOOK_MS, { clock, signal }, late(dialer.host), async (deadline) => {
        const output: Uint8Array[] = [];
        let had = 0;
        const tell = ({ from, data }: { from: 'stdout' | 'stderr'; data: Uint8Array }) => {
          if (from === 'stdout' && had <= MOST_OUTPUT) output.push(data);
          had += data.length;
        };
        await runCommand(dialer, LOOK_SCRIPT, { tell, stop: deadline.signal }, clock, deadline.signal);
        if (had > MOST_OUTPUT)
          throw new FleetError(
            'op.failed',
            `${dialer.host} printed more than ${formatBytes(MOST_OUTPUT)} of what it has`,
          );
        return surveyOf(readFacts(Buffer.concat(output).toString('utf8'), dialer.host));
      }),
    run: (command, how, signal) => runToEnd(dialer, command, how, clock, signal),
    close: () => dialer.close(),
  };
}

export const surveyOf = (facts: Facts): HostSurvey => ({
  parts: partsOf(facts),
  steps: stepsOf(facts),
  ...(!facts.has('uid', '0') && { tryRoot: commandLine([...BECOME_ROOT, 'true']) }),
});

function withLogin(dialer: Dialer): Dialer & Required<Pick<Dialer, 'command'>> {
  const { command } = dialer;
  // checked above by the transport
  if (!command) throw new FleetError('op.unsupported', `there is no login to ${dialer.host}`);
  return { ...dialer, command };
}

const late = (host: string) => () =>
  new FleetError('op.timeout', `${host} did not say within ${LOOK_MS / 1000} s what it has`, { retry: true });
