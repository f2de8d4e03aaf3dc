import type { ViewActionId } from '../../actions/view.ts';
import type { EndpointName, NodeId, VmId } from '../../ids.ts';
import { nodeRow, poolRows, vmRow } from '../../state/fleet/object-rows.ts';
import { isLibraryRow } from '../../state/query/library-rows.ts';
import { CLIPBOARD_BYTES } from '../../terminal/clipboard.ts';
import { clean, fit, width } from '../../terminal/width.ts';
import { formatBytes } from '../../units.ts';
import type { Stage } from '../stage.ts';
import type { FleetState } from './fleet-state.ts';
import { libraryName } from './row-text.ts';

const LONGEST = 40;

/**
 * Names, addresses or JSON of the marked VMs, else of the row, to the clipboard of the terminal. What is pasted lands in a shell:
 * what hosts say is cleaned, so that no line break and no escape sequence gets there.
 */
export function copyCommands(stage: Stage, state: FleetState): Partial<Record<ViewActionId, () => void>> {
  const { message, dialogs } = stage;
  const { fleet } = stage.services.store;

  const { send, json } = createCopying(stage);

  const markedVms = () => (state.view.marks.size > 0 ? state.targets().flatMap((id) => fleet.vms.get(id) ?? []) : []);
  const nothing = () => message.say('there is no row to copy', 'warning');

  const rowName = (): string | undefined => {
    const row = state.view.current();
    if (row?.kind === 'vm') return fleet.vms.get(row.id)?.name;
    if (row?.kind === 'node') return fleet.nodes.get(row.id)?.name;
    if (isLibraryRow(row)) return libraryName(row);
    if (row?.kind !== 'pool') return row?.id;
    return fleet.pools.get(row.id)?.name ?? fleet.grouping.pools.find(({ id }) => id === row.id)?.name;
  };

  const copyName = () => {
    const marked = markedVms();
    if (marked.length > 0) {
      const names = marked.map(({ name }) => clean(name)).join('\n');
      return send(names, marked.length === 1 ? `${shortened(names)} was` : `the names of ${marked.length} VMs were`);
    }
    const name = rowName();
    if (name === undefined) return nothing();
    send(clean(name), `${shortened(clean(name))} was`);
  };

  const copyAddress = async () => {
    const marked = markedVms();
    if (marked.length > 1) {
      const known = marked.flatMap(({ ips: [first] }) => (first === undefined ? [] : [clean(first)]));
      if (known.length === 0) return message.say('no address of the marked VMs is known', 'warning');
      const others = marked.length - known.length;
      const rest = others === 0 ? '' : ` (of ${others} none is known)`;
      return send(known.join('\n'), `the addresses of ${known.length} VMs${rest} were`);
    }
    const row = state.view.current();
    const vm = marked[0] ?? (row?.kind === 'vm' ? fleet.vms.get(row.id) : undefined);
    const node = row?.kind === 'node' ? fleet.nodes.get(row.id) : undefined;
    if (!row) return nothing();
    if (!vm && !node) return message.say('go to a VM or a node first: this row has no address', 'warning');
    const addresses = (vm ? vm.ips : node?.address === undefined ? [] : [node.address]).map(clean);
    const [first] = addresses;
    if (first === undefined) {
      const off = vm && vm.state !== 'running' ? `; it is ${vm.state}` : '';
      return message.say(`no address of ${clean(vm?.name ?? node?.name ?? '')} is known${off}`, 'warning');
    }
    const chosen =
      addresses.length === 1
        ? first
        : await dialogs.pick({
            title: 'Copy which address?',
            choices: () => addresses.map((address) => ({ label: address, value: address })),
          });
    if (chosen !== undefined) send(chosen, `${chosen} was`);
  };

  /** As the command line prints it. */
  const objectOf = (id: string): object | undefined => {
    const vm = fleet.vms.get(id as VmId);
    const node = fleet.nodes.get(id as NodeId);
    if (vm) return vmRow(vm, fleet);
    if (node) return nodeRow(node, fleet);
    return poolRows(fleet).find((pool) => pool.id === id) ?? fleet.endpoints.get(id as EndpointName);
  };

  const copyJson = () => {
    const marked = markedVms();
    const row = state.view.current();
    if (marked.length > 1)
      return send(json(marked.map((vm) => vmRow(vm, fleet))), `the JSON of ${marked.length} VMs was`);
    const object = objectOf(marked[0]?.id ?? row?.id ?? '');
    if (!object)
      return row ? message.say('your own pools are in the configuration; go to a VM or a node', 'warning') : nothing();
    send(json(object), `the JSON of ${shortened(clean(marked[0]?.name ?? rowName() ?? ''))} was`);
  };

  return {
    'view.copy': copyName,
    'view.copy-ip': () => void copyAddress().catch(message.fail),
    'view.copy-json': copyJson,
  };
}

const shortened = (name: string): string => fit(name, Math.min(width(name), LONGEST));

/** Sends text to the clipboard of the terminal, and says so, or why not. */
export function createCopying({ message, terminal, keymap }: Stage) {
  return {
    /** `what`: `the names of 3 VMs were`. */
    send(text: string, what: string): void {
      const size = Buffer.byteLength(text);
      if (size > CLIPBOARD_BYTES) {
        const [key = 'the export'] = keymap.keysOf('view.export');
        message.say(
          `${formatBytes(size)} is more than terminals take (${formatBytes(CLIPBOARD_BYTES)}): ${key} writes a file`,
          'warning',
        );
        return;
      }
      const doubt = terminal.copy(text);
      message.say(`${what} sent to the clipboard${doubt === undefined ? '' : `; ${doubt}`}`);
    },

    /** As it is, but with every character that a terminal could take for more than text spelled out. */
    json: (value: object): string =>
      JSON.stringify(value, (_key, one) => one ?? null, 2).replace(
        /[\u007f-\u009f\u2028\u2029\p{Cf}]/gu,
        (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
      ),
  };
}
