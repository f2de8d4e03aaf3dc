/** Changes of a network that take effect at once, in its dnsmasq too, and stay. */
import { FleetError, sentence } from '../../../errors.ts';
import { shellWord } from '../../lib/take-back.ts';
import type { XmlElement } from '../../transport/xml.ts';
import type { HostCall } from '../host/host-call.ts';
import type { CallOptions } from '../rpc/calls.ts';
import { AFFECT, FEATURE, SECTION, SECTION_NAMES, UPDATE } from '../rpc/flags.ts';
import { procedures, type VirtualNetwork } from '../rpc/protocol.ts';
import { CHANGE_MS } from '../vm/guest-call.ts';
import { writeElement } from '../xml/write-element.ts';
import type { Halves } from './read-names.ts';

/** One entry that goes, or comes, or is replaced: libvirt replaces none itself. */
export interface Change {
  /** Of NETWORK_UPDATE. */
  readonly section: number;
  /** The place of the element `ip` that it is in, -1 for one that is in none. */
  readonly parent: number;
  readonly remove?: XmlElement | undefined;
  readonly add?: XmlElement | undefined;
}

interface Step {
  readonly command: number;
  readonly section: number;
  readonly parent: number;
  readonly entry: XmlElement;
  readonly flags: number;
}

/** Names of an address are deleted by the address alone: with a name, libvirt finds the entries of all addresses that have it. */
const xmlOf = ({ command, section, entry }: Step): string =>
  writeElement(command === UPDATE.delete && section === SECTION.dnsHost ? { ...entry, children: [] } : entry);

/**
 * Changes both halves, by one call where they say the same. What was done is taken back when libvirt refuses what comes next; where
 * that fails too, or no answer comes, the error has the command that does it. `verb` is for those sentences.
 */
export async function changeNetwork(
  { client, signal, change }: HostCall,
  network: VirtualNetwork,
  verb: string,
  { live, saved }: Halves<Change | readonly Change[]>,
): Promise<void> {
  const isOrdered = await client.call(procedures.supportsFeature, { feature: FEATURE.updateOrder }, { signal });
  const send = (step: Step, options: CallOptions = {}) => {
    const { parent, flags } = step;
    const [command, section] = isOrdered === 0 ? [step.section, step.command] : [step.command, step.section];
    const args = { network, command, section, parent, xml: xmlOf(step), flags };
    return client.call(procedures.updateNetwork, args, { ...options, deadlineMs: CHANGE_MS });
  };
  const isOne = JSON.stringify(live) === JSON.stringify(saved);
  const [first, ...rest] = isOne
    ? stepsOf(live, AFFECT.live | AFFECT.config)
    : [...stepsOf(saved, AFFECT.config), ...stepsOf(live, AFFECT.live)];
  if (!first) return;
  await change(verb, async () => {
    await send(first, { signal });
    const done = [first];
    // Not to be left half done by a user who has had enough: these are two calls that belong together.
    for (const step of rest) {
      await send(step).catch(async (error: unknown) => {
        throw error instanceof FleetError
          ? unanswered(network, [...done, step], error)
          : await takenBack(network, done, send, error);
      });
      done.push(step);
    }
  });
}

const stepsOf = (changes: Change | readonly Change[] = [], flags: number): readonly Step[] =>
  [changes].flat().flatMap(({ section, parent, remove, add }) => {
    const step = (command: number, one: XmlElement | undefined): readonly Step[] =>
      one ? [{ command, section, parent, entry: one, flags }] : [];
    return [...step(UPDATE.delete, remove), ...step(UPDATE.addLast, add)];
  });

/** libvirt has refused what comes next: the error to throw, when what was done is taken back. */
async function takenBack(
  network: VirtualNetwork,
  done: readonly Step[],
  send: (step: Step) => Promise<void>,
  why: unknown,
): Promise<unknown> {
  const left = done.map(opposite).toReversed();
  while (left[0]) {
    try {
      await send(left[0]);
    } catch (error) {
      const said = `${sentence(why)}; what was done before could not be taken back: ${sentence(error)}`;
      return new FleetError('op.failed', `${network.name}: ${said}`, { fix: commandsOf(network, left), cause: why });
    }
    left.shift();
  }
  return why;
}

/** `sent` are those that were done, and the one to which no answer came. */
function unanswered(network: VirtualNetwork, sent: readonly Step[], error: FleetError): FleetError {
  const said = 'a change that takes several steps was begun, and no answer came to one of them';
  return new FleetError('outcome.unknown', `${network.name}: ${said} (${error.message})`, {
    fix: `look at virsh net-dumpxml ${shellWord(network.name)}; the steps were: ${commandsOf(network, sent)}`,
    cause: error,
  });
}

const opposite = (step: Step): Step => ({
  ...step,
  command: step.command === UPDATE.delete ? UPDATE.addLast : UPDATE.delete,
});

const commandsOf = (network: VirtualNetwork, steps: readonly Step[]): string =>
  steps
    .map((step) => {
      const { command, section, parent, flags } = step;
      const what = `${command === UPDATE.delete ? 'delete' : 'add-last'} ${SECTION_NAMES[section] ?? section}`;
      const where = parent < 0 ? '' : ` --parent-index ${parent}`;
      const halves = `${flags & AFFECT.live ? ' --live' : ''}${flags & AFFECT.config ? ' --config' : ''}`;
      return `virsh net-update ${shellWord(network.name)} ${what} ${shellWord(xmlOf(step))}${where}${halves}`;
    })
    .join('; ');

/** The command that removes an entry from both halves, for what is left of it. */
export const removalOf = (network: VirtualNetwork, { section, parent, remove }: Change): string => {
  const [step] = stepsOf({ section, parent, remove }, AFFECT.live | AFFECT.config);
  return step ? commandsOf(network, [step]) : '';
};
