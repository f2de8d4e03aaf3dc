import type { MigrateAction } from '../../actions/action.ts';
import {
  checkLines,
  decided,
  MIGRATE_OPTIONS,
  type Move,
  migrationTask,
  movesByPolicy,
  movesTo,
  specOf,
} from '../../actions/migrate.ts';
import { destinationName, destinationsOf } from '../../actions/migrate-targets.ts';
import { bound, placeOfShown, type Shown, type Target } from '../../actions/target.ts';
import { FleetError } from '../../errors.ts';
import { endpointOf, type NodeId, type VmId } from '../../ids.ts';
import { type Field, type Settings, standingErrors, type Vm } from '../../platforms/contract.ts';
import { countOf } from '../../state/kinds.ts';
import type { Task } from '../../state/tasks.ts';
import { askOptions } from '../dialogs/action-options.ts';
import type { Stage } from '../stage.ts';
import type { Chooser } from './chooser.ts';
import { whileSame } from './while-same.ts';

const TO = 'to';
const BY_POLICY = 'by policy';

/** Asks where to, shows what stands against it, and starts the task; its progress is in the list of tasks. */
export async function runMigration(
  stage: Stage,
  action: MigrateAction,
  shown: readonly Shown[],
  chooser: Chooser,
): Promise<void> {
  const { services, message } = stage;
  const { fleet } = services.store;
  const vms = shown.flatMap(({ id }) => fleet.vms.get(id as VmId) ?? []);
  const [first] = shown;
  const nodes = destinationsOf(vms, services);
  if (first === undefined || vms.length === 0) return message.say(`${action.title}: there is no VM here`, 'warning');
  if (nodes.length === 0) return message.say(`${action.title}: there is no other node that it could go to`, 'warning');
  const targets = new Map(shown.map((one) => [one.id, bound(one, services)]));
  const names = new Map(nodes.map((node) => [destinationName(node, nodes, fleet), node]));
  const what = shown.length === 1 ? placeOfShown(first, fleet) : countOf(services.kinds, 'vm', shown.length);
  const options: readonly Field[] = [toField([...names.keys()]), ...MIGRATE_OPTIONS];
  const form = { title: action.title, options };
  await whileSame(stage, shown, async (until) => {
    let filled: Settings | undefined = { [TO]: action.on === 'node' ? BY_POLICY : ([...names.keys()][0] ?? BY_POLICY) };
    for (;;) {
      filled = await askOptions(stage, form, endpointOf(first.id), `${action.title} ${what}?`, filled, until);
      if (filled === undefined || until.aborted) return;
      message.say(`${action.title}: ${what}: checking…`);
      const moves = await planned(stage, vms, names.get(String(filled[TO])), filled, until);
      message.say('');
      const answer = await consent(stage, action, what, moves, until);
      if (answer === 'again') continue;
      if (answer === undefined) return;
      start(stage, moves, filled, answer, targets, chooser);
      return;
    }
  }).catch((error: unknown) => {
    if (!(error instanceof FleetError)) throw error;
    message.trouble(error.message, error.fix);
  });
}

const toField = (names: readonly string[]): Field => ({
  key: TO,
  label: 'To',
  help: 'The node; by policy takes the one whose VMs need least of it.',
  kind: 'choice',
  options: [...names, BY_POLICY],
  required: true,
});

const planned = (
  { services }: Stage,
  vms: readonly Vm[],
  node: NodeId | undefined,
  filled: Settings,
  until: AbortSignal,
): Promise<readonly Move[]> => {
  const spec = specOf(filled, []);
  return node === undefined ? movesByPolicy(vms, spec, services, until) : movesTo(vms, node, spec, services, until);
};

/** The names of the checks that are typed over, none where nothing stands against it; undefined for no. */
async function consent(
  stage: Stage,
  action: MigrateAction,
  what: string,
  moves: readonly Move[],
  until: AbortSignal,
): Promise<readonly string[] | 'again' | undefined> {
  const errors = moves.flatMap(({ plan }) => standingErrors(plan, []));
  const lines = checkLines(moves);
  const details = lines.filter(({ level }) => level !== 'ok').map(({ text }) => text);
  const does = lines.filter(({ level }) => level === 'ok').map(({ text }) => text);
  const plan = { title: action.title, details, does, leavesOut: [], hasOptions: true, until };
  const where = destination(moves, stage);
  if (errors.some(({ final }) => final)) {
    const answer = await stage.dialogs.plan({ ...plan, question: `${what} can't go${where}. Choose again?` });
    return answer === 'no' ? undefined : 'again';
  }
  const despite = errors.length === 0 ? '' : ` despite ${errors.length === 1 ? 'an error' : `${errors.length} errors`}`;
  const question = `${action.title} ${what}${where}${despite}?`;
  const typed = errors.length === 0 ? {} : { typed: String(errors.length) };
  const answer = await stage.dialogs.plan({ ...plan, question, ...typed });
  if (answer === 'options') return 'again';
  return answer === 'yes' ? [...new Set(errors.map(({ name }) => name))] : undefined;
}

const destination = (moves: readonly Move[], { services }: Stage): string => {
  const nodes = [...new Set(moves.map(({ plan }) => plan.node))];
  const [only] = nodes;
  const name = only === undefined ? undefined : services.store.fleet.nodes.get(only)?.name;
  return nodes.length === 1 && name !== undefined ? ` to ${name}` : '';
};

function start(
  { services, message, keymap }: Stage,
  moves: readonly Move[],
  filled: Settings,
  despite: readonly string[],
  targets: ReadonlyMap<string, Target>,
  chooser: Chooser,
): void {
  const all = decided(moves, (vm) => targets.get(vm.id) as Target, services);
  const task = migrationTask(all, specOf(filled, despite), services);
  const { ended } = services.tasks.run(task);
  message.say(`${task.title}…`);
  void ended.then((done) => {
    const open = new Set(done.items.flatMap(({ id, state }) => (state === 'done' ? [] : [id])));
    chooser.unmark(all.flatMap(({ vm }) => (open.has(vm.id) ? [] : [vm.id])));
    said(done, message, keymap.keysOf('view.tasks')[0] ?? 'the list of tasks');
  });
}

/** How it ended, in the message line. */
function said({ items, title, state }: Task, message: Stage['message'], key: string): void {
  const [only, ...others] = items;
  if (only && others.length === 0) {
    if (only.state === 'done') message.say(only.text, 'good');
    else message.trouble(only.text, only.fix);
    return;
  }
  const count = items.filter((item) => item.state === 'done').length;
  if (state === 'done') message.say(`${title}: ${count} done`, 'good');
  else message.trouble(`${title}: ${count} of ${items.length} done`, `${key} says why the others are not`);
}
