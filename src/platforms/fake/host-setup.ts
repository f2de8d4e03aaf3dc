/** The host of a simulated server, which lacks an emulated TPM until it is installed, and a service for it until that is started. */
import { FleetError } from '../../errors.ts';
import type { HostPart, HostSetup, HostStep } from '../contract.ts';
import type { FakeServer } from './server.ts';
import { think } from './think.ts';

const INSTALL: HostStep = { does: 'installs swtpm', command: 'dnf install -y swtpm', limitMs: 60_000 };
const START: HostStep = { does: 'starts it with the host', command: 'systemctl enable --now swtpm', limitMs: 60_000 };
/** In their order: the second is known only when the first was run. */
const STEPS = [INSTALL, START] as const;
/** The row of what is asked of the server itself. */
const NO_NODE = -1;

/** How many of the steps were run. */
const progress = new WeakMap<FakeServer, number>();

export function simulatedSetup(server: FakeServer): HostSetup {
  const done = () => progress.get(server) ?? 0;
  return {
    async look(signal) {
      await think(server, NO_NODE, signal);
      const next = STEPS[done()];
      return { parts: partsAfter(done()), steps: next ? [next] : [] };
    },
    async run(command, { tell }, signal) {
      await think(server, NO_NODE, signal);
      if (server.link.lost.aborted) throw new FleetError('outcome.unknown', 'the simulated link broke');
      if (command !== STEPS[done()]?.command) {
        await tell({ from: 'stderr', data: Buffer.from(`sh: ${command}: command not found\n`) });
        return 127;
      }
      await tell({ from: 'stdout', data: Buffer.from('simulated: done\n') });
      progress.set(server, done() + 1);
      return 0;
    },
    close: () => undefined,
  };
}

const partsAfter = (done: number): readonly HostPart[] => [
  { part: 'distribution', found: 'Simulated Linux', neededFor: 'packages', state: 'fine', isOptional: true },
  {
    part: 'firewall',
    found: '-',
    neededFor: 'live migration',
    state: 'unknown',
    isOptional: true,
    fix: 'look by hand',
  },
  {
    part: 'TPM',
    found: done === 0 ? '-' : done === 1 ? 'stopped' : 'swtpm',
    neededFor: 'VMs with a TPM',
    state: done < STEPS.length ? 'missing' : 'fine',
    isOptional: true,
  },
];
