/** The actions of servers: from which states they are possible, and what becomes of it (nova/compute/api.py). */
import { isRow, type Row } from '../../lib/json.ts';
import { novaRefusal } from './refusal.ts';
import type { World, WorldServer } from './world.ts';

interface Action {
  /** The policy that allows it, and the name in sentences. */
  readonly policy: string;
  readonly called: string;
  readonly from: readonly string[];
  readonly task: string;
  readonly to: { readonly vmState: string; readonly powerState: number };
  readonly body: (value: unknown) => boolean;
}

const nothing = (value: unknown): boolean => value === null || (isRow(value) && Object.keys(value).length === 0);
const on = { vmState: 'active', powerState: 1 };

const ACTIONS: Readonly<Record<string, Action>> = {
  'os-start': {
    policy: 'servers:start',
    called: 'start',
    from: ['stopped'],
    task: 'powering-on',
    to: on,
    body: nothing,
  },
  'os-stop': {
    policy: 'servers:stop',
    called: 'stop',
    from: ['active', 'error'],
    task: 'powering-off',
    to: { vmState: 'stopped', powerState: 4 },
    body: nothing,
  },
  pause: {
    policy: 'os-pause-server:pause',
    called: 'pause',
    from: ['active'],
    task: 'pausing',
    to: { vmState: 'paused', powerState: 3 },
    body: nothing,
  },
  unpause: {
    policy: 'os-pause-server:unpause',
    called: 'unpause',
    from: ['paused'],
    task: 'unpausing',
    to: on,
    body: nothing,
  },
  suspend: {
    policy: 'os-suspend-server:suspend',
    called: 'suspend',
    from: ['active'],
    task: 'suspending',
    to: { vmState: 'suspended', powerState: 4 },
    body: nothing,
  },
  resume: {
    policy: 'os-suspend-server:resume',
    called: 'resume',
    from: ['suspended'],
    task: 'resuming',
    to: on,
    body: nothing,
  },
  unshelve: {
    policy: 'os-shelve:unshelve',
    called: 'unshelve',
    from: ['shelved', 'shelved_offloaded'],
    task: 'unshelving',
    to: on,
    body: nothing,
  },
  reboot: {
    policy: 'servers:reboot',
    called: 'reboot',
    from: ['active', 'stopped', 'paused', 'suspended', 'error'],
    task: 'rebooting',
    to: on,
    body: (value) =>
      isRow(value) && Object.keys(value).join() === 'type' && ['SOFT', 'HARD'].includes(String(value['type'])),
  },
};

/** The policy of an action, so that it is asked first; undefined for one that nova does not have. */
export const policyOf = (name: string): string | undefined => ACTIONS[name]?.policy;

export interface Switch {
  readonly admin: boolean;
  readonly request: string;
  readonly now: () => number;
}

export function power(
  world: World,
  server: WorldServer,
  name: string,
  body: Row,
  { admin, request, now }: Switch,
): void {
  const action = ACTIONS[name];
  if (!action?.body(body[name])) throw novaRefusal(400, `Invalid input for field/attribute ${name}.`);
  if (server.locked && !admin) throw novaRefusal(409, `Instance ${server.id} is locked`);
  const hard = isRow(body[name]) && body[name]['type'] === 'HARD';
  const from = name === 'reboot' && !hard ? ['active'] : action.from;
  const cannot = (what: string) =>
    novaRefusal(409, `Cannot '${action.called}' instance ${server.id} while it is in ${what}`);
  if (!from.includes(server.vmState)) throw cannot(`vm_state ${server.vmState}`);
  if (server.taskState !== null) throw cannot(`task_state ${server.taskState}`);
  world.begin(server, action.called, request, hard ? 'rebooting_hard' : action.task, () => {
    Object.assign(server, action.to, { startedAt: now() });
  });
}
