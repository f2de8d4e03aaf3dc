/** What `vm create` does with the VMs that it has made: it waits for their guests, and opens a console. */
import { wait } from '../clock.ts';
import { FleetError } from '../errors.ts';
import { endpointOf, type VmId } from '../ids.ts';
import type { Settings, Vm } from '../platforms/contract.ts';
import { clean } from '../terminal/width.ts';
import { openConsole } from './attach-commands.ts';
import { type CommandContext, EXIT } from './command.ts';
import { exitCodeOf } from './exit-code.ts';
import type { Flag } from './flags.ts';
import { WAITING, wantedBy } from './wait-command.ts';
import { GUEST_GOALS, waitForAll } from './wait-for.ts';

export const AFTERWARDS: readonly Flag[] = [
  {
    key: 'wait',
    label: 'Wait',
    help: 'Then wait until they have an address, answer by SSH, cloud-init is done, or a command succeeds in them.',
    kind: 'choice',
    options: GUEST_GOALS,
    examples: ['ssh'],
  },
  ...WAITING,
  { key: 'console', label: 'Console', help: 'Then open the console of the one that was made.', kind: 'flag' },
];

type Afterwards = (made: ReadonlyMap<string, VmId>, context: CommandContext) => Promise<number>;

/** What is done with VMs that were made, undefined for nothing. Throws usage, before any is made, where it could not be done. */
export function afterwardsOf(
  { goal, opensConsole, ...how }: Readonly<Record<'goal' | 'timeout' | 'command' | 'opensConsole', unknown>>,
  specs: readonly Settings[],
): Afterwards | undefined {
  const wanted = wantedBy(
    Object.fromEntries(
      Object.entries(how).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])),
    ),
    GUEST_GOALS.find((one) => one === goal),
  );
  const waits = wanted.goal !== 'state';
  if (!waits && how.timeout !== undefined) throw new FleetError('usage', '--timeout is for --wait');
  if (!waits && opensConsole !== true) return undefined;
  if (specs.some(({ start }) => start === false))
    throw new FleetError('usage', `--${waits ? 'wait' : 'console'} is for VMs that are started`);
  if (opensConsole === true && specs.length > 1) throw new FleetError('usage', '--console is for one VM');
  const userOf = new Map(specs.map((spec) => [String(spec['name']), String(spec['user'] ?? '')]));
  return async (made, context) => {
    const ids = [...userOf.keys()].flatMap((name) => {
      const id = made.get(name);
      return id === undefined ? [] : [[name, id] as const];
    });
    const vms = await Promise.all(ids.map(([name, id]) => listed(name, id, context)));
    if (waits) {
      const outcomes = await waitForAll(vms, ({ name }) => ({ ...wanted, user: userOf.get(name) ?? '' }), context);
      for (const { text, error } of outcomes) {
        context.say(clean(text));
        if (error?.fix !== undefined) context.say(`  ${clean(error.fix)}`);
      }
      const [failed] = outcomes.flatMap(({ error }) => error ?? []);
      if (failed) return vms.length === 1 ? exitCodeOf(failed) : EXIT.failed;
    }
    const [vm] = vms;
    return opensConsole === true && vm ? openConsole(vm, {}, context) : EXIT.done;
  };
}

/** How long a VM that was seen when it was asked for may take to come into the list, and how often that is looked at. */
const LISTED_MS = 30_000;
const LISTED_EACH_MS = 50;

async function listed(name: string, id: VmId, { app, signal }: CommandContext): Promise<Vm> {
  const until = app.clock.ticks() + LISTED_MS;
  for (;;) {
    app.store.flush();
    const vm = app.store.fleet.vms.get(id);
    if (vm) return vm;
    const endpoint = endpointOf(id);
    if (app.sessions.hidden(endpoint).some((hidden) => hidden.id === id)) {
      const filter = app.config().endpoints.get(endpoint)?.filter ?? '';
      throw new FleetError('vm.not-found', `${name} is made, and the filter of ${endpoint} leaves it out: ${filter}`, {
        fix: `drover endpoint edit ${endpoint} --endpoint-filter QUERY changes the filter`,
      });
    }
    if (app.clock.ticks() > until)
      throw new FleetError('vm.not-found', `${name} is made, and is not in the list of VMs`);
    await wait(app.clock, LISTED_EACH_MS, signal);
  }
}
