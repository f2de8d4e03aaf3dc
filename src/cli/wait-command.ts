import { FleetError } from '../errors.ts';
import { VM_STATES } from '../platforms/contract.ts';
import { OTHER_STATES } from '../state/query/filter.ts';
import { type Command, type CommandContext, EXIT } from './command.ts';
import { exitCodeOf } from './exit-code.ts';
import { findVms } from './find.ts';
import type { Flag, ParsedFlags } from './flags.ts';
import { printResults } from './results.ts';
import { durationOf, type Goal, GUEST_GOALS, type Wanted, waitForAll } from './wait-for.ts';

const GOALS: readonly Goal[] = ['state', ...GUEST_GOALS];

/** How a guest is waited for; `vm create --wait` takes them too. */
export const WAITING: readonly Flag[] = [
  {
    key: 'timeout',
    label: 'Timeout',
    help: 'How long is waited at most.',
    kind: 'text',
    default: '10m',
    examples: ['90s', '2h'],
  },
  {
    key: 'command',
    label: 'Command',
    help: 'What is run in the guest by ssh, again and again until it ends with 0.',
    kind: 'text',
    examples: ["'test -e /run/ready'"],
  },
];

/** `drover vm wait web1 --for ssh --timeout 5m`: for scripts that go on when a VM is ready. */
export const waitCommand: Command = {
  noun: 'vm',
  verb: 'wait',
  help: 'Wait until VMs are in a state, have an address, answer by SSH, are set up, or a command succeeds in them.',
  takes: 'NAME…',
  flags: () => [
    {
      key: 'for',
      label: 'For',
      help: 'What to wait for. All but state and ip is asked from this machine, at the address of the VM.',
      kind: 'choice',
      options: GOALS,
      default: 'state',
    },
    {
      key: 'state',
      label: 'State',
      help: 'The state, with --for state.',
      kind: 'choice',
      options: [...VM_STATES, ...Object.keys(OTHER_STATES)],
      default: 'running',
    },
    ...WAITING,
    {
      key: 'user',
      label: 'User',
      help: 'Who logs in, with --for cloud-init and command.',
      kind: 'text',
      examples: ['debian'],
    },
  ],
  run,
};

/** What the flags say. Throws usage for a command without its goal, and a goal without its command. */
export function wantedBy(values: ParsedFlags['values'], given: Goal | undefined): Wanted {
  const command = String(values['command'] ?? '');
  const goal = given ?? (command === '' ? 'state' : 'command');
  if (goal === 'command' && command.trim() === '') throw new FleetError('usage', '--command is needed: what to run');
  if (goal !== 'command' && command !== '')
    throw new FleetError('usage', `--command is run while a command is waited for, and not ${goal}`);
  return {
    goal,
    command,
    state: stateCalled(String(values['state'] ?? 'running')),
    user: String(values['user'] ?? ''),
    ms: durationOf(String(values['timeout'] ?? '10m')),
  };
}

const stateCalled = (word: string): string => OTHER_STATES[word] ?? word;

async function run(context: CommandContext, { words, values }: ParsedFlags): Promise<number> {
  const wanted = wantedBy(
    values,
    GOALS.find((one) => one === values['for']),
  );
  const vms = await findVms(words, context);
  const outcomes = await waitForAll(vms, () => wanted, context);
  await printResults(outcomes, vms.length > 1, context);
  const [failed] = outcomes.flatMap(({ error }) => error ?? []);
  return failed === undefined ? EXIT.done : vms.length === 1 ? exitCodeOf(failed) : EXIT.failed;
}
