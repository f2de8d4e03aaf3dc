import { FleetError } from '../errors.ts';
import { endpointOf } from '../ids.ts';
import type { NodeFacts, NodeInfo } from '../platforms/contract.ts';
import { instant, nodeRow } from '../state/fleet/object-rows.ts';
import { formatBytes } from '../units.ts';
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
    const info = await connection.node.info(node.id, context.signal);
    const { facts, lines } = info;
    const value = {
      ...nodeRow(node, context.app.store.fleet),
      ...factsOf({ ...(node.os !== undefined && { os: node.os }), ...facts }),
      ...tablesOf(info),
      more: lines.map(([section, label, text]) => ({ section, label, value: text })),
    };
    const shown = [
      ...lines.map(([section, label, text]) => [`${section}: ${label}`, text] as const),
      ...tableLines(info),
    ];
    const details = { value, name: node.id, lines: [['name', node.name], ['id', node.id], ...shown] as const };
    const fields = values[FIELDS.key] === undefined ? undefined : String(values[FIELDS.key]);
    await context.printer.print(await renderDetails(onlyFields(details, fields), context.format));
    return EXIT.done;
  },
};

/** The same keys in the schema; null where the platform can't say. */
const tablesOf = ({ devices, bridges, mounts }: NodeInfo) => ({
  devices: devices?.map(({ name, type, description, driver }) => ({ name, type, description, driver })),
  bridges: bridges?.map(({ name, addresses, ports, active }) => ({ name, addresses, ports, active })),
  mounts: mounts?.map(({ path, device, type, size, free }) => ({ path, device, type, size, free })),
});

const tableLines = ({ devices = [], bridges = [], mounts = [] }: NodeInfo): readonly (readonly [string, string])[] => [
  ...bridges.map(({ name, addresses, ports, active }) => {
    const state = active === undefined ? [] : [active ? 'up' : 'down'];
    return [
      `Bridge: ${name}`,
      [...state, ...addresses, ...ports.map((port) => `port: ${port}`)].join(' ') || '-',
    ] as const;
  }),
  ...mounts.map(({ path, device, type, size, free }) => {
    const room = `${formatBytes(free)} free of ${formatBytes(size)}`;
    return [`Mount: ${path}`, [device, type, room].filter(Boolean).join(' ')] as const;
  }),
  ...devices.map(({ name, type, description, driver }) => {
    const words = [type, description, driver && `driver: ${driver}`];
    return [`Device: ${name}`, words.filter(Boolean).join(' ')] as const;
  }),
];

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
  defaultBridge: facts.defaultBridge,
  storage: (facts.storage ?? []).map(({ name, kind, size, free }) => ({ name, kind, size, free })),
});
