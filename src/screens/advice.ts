import type { Action } from '../actions/action.ts';
import type { Keymap } from '../actions/keymap.ts';
import type { EndpointStatus } from '../state/fleet/fleet.ts';

/** How an action is reached on the screen: its key, or its name on the command prompt. */
export interface Advice {
  /** `press T (Trust host key) on db1`, in place of each `drover endpoint trust db1` of a text that is for a shell. */
  onScreen(text: string): string;
  /** What puts the trouble of an endpoint right; undefined where no action does. */
  actionFor(problem: EndpointProblem): Action | undefined;
  /** Its key. */
  keyFor(problem: EndpointProblem): string | undefined;
}

type EndpointProblem = NonNullable<EndpointStatus['problem']>;

const COMMAND = /\bdrover ([a-z]+) ([a-z-]+)(?: ([\w.-]*\w))?/g;

export function createAdvice(actions: readonly Action[], keymap: Keymap): Advice {
  const byId = new Map(actions.map((action) => [action.id, action]));
  const actionOf = (command: RegExpMatchArray | null) => byId.get(`${command?.[1]}.${command?.[2]}`);
  const reach = ({ id }: Action): string => keymap.keysOf(id)[0] ?? `${keymap.keysOf('view.palette')[0] ?? ''}${id}`;
  const actionFor = ({ code, fix = '' }: EndpointProblem) =>
    code === 'auth.needs-secret' ? byId.get('endpoint.connect') : actionOf(new RegExp(COMMAND).exec(fix));
  return {
    onScreen: (text) =>
      text.replace(COMMAND, (command, noun: string, verb: string, object: string | undefined) => {
        const action = byId.get(`${noun}.${verb}`);
        if (!action) return command;
        return `press ${reach(action)} (${action.title})${object === undefined ? '' : ` on ${object}`}`;
      }),
    actionFor,
    keyFor(problem) {
      const wanted = actionFor(problem);
      return wanted && keymap.keysOf(wanted.id)[0];
    },
  };
}
