import { FleetError } from '../errors.ts';
import { endpointOf } from '../ids.ts';
import type { NodeFacts } from '../platforms/contract.ts';
import { instant, nodeRow } from '../state/fleet/object-rows.ts';
import { type Command, EXIT } from './command.ts';
import { findNode } from './find.ts';
import { FIELDS, onlyFields } from './only-fields.ts';
import { renderDetails } from './output.ts';

export const nodeInfoCommand: Command = {
  noun: 'node',
  verb: 'info',
  help: 'Show operating system, processors, memory, platform, disks and networks of a node.',
  takes: 'NAME',
  flags: () => [FIELDS],
  async run(context, { words, values }) {
    if (words.length !== 1) throw new FleetError('usage', 'which node? Name one');
    const node = await findNode(words[0] as string, context);
    const connection = context.app.sessions.connection(endpointOf(node.id));
    if (!connection?.node?.info)
      throw new FleetError(
        'op.unsupported',
        connection?.whyNot['node.info'] ?? 'this platform says nothing about its nodes',
      );
    const { facts, lines } = await connection.node.info(node.id, context.signal);
    const value = {
      ...nodeRow(node, context.app.store.fleet),
      ...factsOf(facts),
      more: lines.map(([section, label, text]) => ({ section, label, value: text })),
    };
    const shown = lines.map(([section, label, text]) => [`${section}: ${label}`, text] as const);
    const details = { value, name: node.id, lines: [['name', node.name], ['id', node.id], ...shown] as const };
    const fields = values[FIELDS.key] === undefined ? undefined : String(values[FIELDS.key]);
    await context.printer.print(await renderDetails(onlyFields(details, fields), context.format));
    return EXIT.done;
  },
};

/** Every key of the schema `node info`. */
const factsOf = (facts: NodeFacts) => ({
  os: facts.os,
  kernel: facts.kernel,
  architecture: facts.architecture,
  cpuModel: facts.cpuModel,
  sockets: facts.sockets,
  cores: facts.cores,
  threads: facts.threads,
  mhz: facts.mhz,
  memoryUsed: facts.memoryUsed,
  started: instant(facts.started),
  addresses: (facts.addresses ?? []).map(({ device, address }) => ({ device, address })),
  networks: facts.networks ?? [],
  storage: (facts.storage ?? []).map(({ name, kind, size, free }) => ({ name, kind, size, free })),
});
