import { FleetError } from '../errors.ts';
import { endpointOf } from '../ids.ts';
import type { VmInfo } from '../platforms/contract.ts';
import { spellBytes } from '../units.ts';
import { type Command, type CommandContext, EXIT } from './command.ts';
import { chosenEndpoints, connect, sayFailures } from './connect.ts';
import { exitCodeOfList } from './exit-code.ts';
import { failureRows } from './failure-rows.ts';
import { findNode, findVms } from './find.ts';
import { type Column, type Row, renderDetails, renderList } from './output.ts';
import { nodeColumns, nodeRow, poolColumns, poolRows } from './rows.ts';
import { vmListCommand } from './vm-list.ts';

/** A list of what the chosen endpoints have. Its exit code is that of exitCodeOfList. */
async function list<R extends Row & { readonly id: string }>(
  context: CommandContext,
  rowsOf: () => readonly R[],
  columns: readonly Column<R>[],
): Promise<number> {
  const connected = await connect(context, chosenEndpoints(context));
  const rows = rowsOf();
  const missing = failureRows(connected, context, rows[0]);
  await print(context, rows, columns, ({ id }) => id, missing);
  sayFailures(context, connected);
  return exitCodeOfList(connected);
}

async function print<R extends Row>(
  { printer, format, columns: room }: CommandContext,
  rows: readonly R[],
  columns: readonly Column<R>[],
  name: (row: R) => string,
  missing: readonly Row[] = [],
): Promise<void> {
  await printer.print(await renderList({ rows, columns, name, missing }, format, room));
}

const byName = <Thing extends { readonly name: string }>(a: Thing, b: Thing) => (a.name < b.name ? -1 : 1);
const noFlags = () => [];

export const readCommands: readonly Command[] = [
  vmListCommand,
  {
    noun: 'vm',
    verb: 'info',
    help: 'Show what a VM is and has.',
    takes: 'NAME…',
    flags: noFlags,
    async run(context, { words }) {
      const vms = await findVms(words, context);
      const infos: VmInfo[] = [];
      for (const vm of vms) {
        const connection = context.app.sessions.connection(endpointOf(vm.id));
        if (!connection) throw new FleetError('host.unreachable', `${endpointOf(vm.id)} is not connected`);
        infos.push(await connection.vm.info(vm.id, context.signal));
      }
      const [first] = infos;
      if (first && infos.length === 1) {
        await context.printer.print(
          await renderDetails({ value: infoValue(first), name: first.id, lines: infoLines(first) }, context.format),
        );
        return EXIT.done;
      }
      if (context.format !== 'table') {
        await print(context, infos.map(infoValue), [], ({ id }) => String(id));
        return EXIT.done;
      }
      for (const info of infos) {
        await context.printer.print(
          `${await renderDetails({ value: {}, name: info.id, lines: infoLines(info) }, 'table')}\n`,
        );
      }
      return EXIT.done;
    },
  },
  {
    noun: 'node',
    verb: 'list',
    help: 'List the nodes of all endpoints.',
    takes: '',
    flags: noFlags,
    run: (context) => {
      const { fleet } = context.app.store;
      return list(
        context,
        () => [...fleet.nodes.values()].sort(byName).map((node) => nodeRow(node, fleet)),
        nodeColumns,
      );
    },
  },
  {
    noun: 'node',
    verb: 'info',
    help: 'Show operating system, processors, memory, platform, disks and networks of a node.',
    takes: 'NAME',
    flags: noFlags,
    async run(context, { words }) {
      if (words.length !== 1) throw new FleetError('usage', 'which node? Name one');
      const node = await findNode(words[0] as string, context);
      const connection = context.app.sessions.connection(endpointOf(node.id));
      if (!connection?.node.info)
        throw new FleetError(
          'op.unsupported',
          connection?.whyNot['node.info'] ?? 'this platform tells nothing of its nodes',
        );
      const info = await connection.node.info(node.id, context.signal);
      const lines = info.lines.map(([section, label, value]) => [`${section}: ${label}`, value] as const);
      const value: Record<string, Record<string, string>> = {};
      for (const [section, label, text] of info.lines) value[section] = { ...value[section], [label]: text };
      await context.printer.print(
        await renderDetails(
          { value: { id: node.id, name: info.name, ...value }, name: node.id, lines: [['name', info.name], ...lines] },
          context.format,
        ),
      );
      return EXIT.done;
    },
  },
  {
    noun: 'pool',
    verb: 'list',
    help: 'List the pools: those of the configuration and those that platforms report.',
    takes: '',
    flags: noFlags,
    run: (context) => list(context, () => poolRows(context.app.store.fleet), poolColumns),
  },
  {
    noun: 'platform',
    verb: 'list',
    help: 'List the platforms that drover knows.',
    takes: '',
    flags: noFlags,
    async run(context) {
      const rows = context.app.manifests.map(({ id, title, tier, summary, needs }) => ({
        id,
        title,
        tier,
        summary,
        needs,
      }));
      await print(
        context,
        rows,
        [
          { title: 'PLATFORM', show: ({ id }) => id },
          { title: 'TITLE', show: ({ title }) => title },
          { title: 'TIER', show: ({ tier }) => tier },
          { title: 'WHAT', shrinksTo: 20, show: ({ summary }) => summary },
        ],
        ({ id }) => id,
      );
      return EXIT.done;
    },
  },
];

/** For programs: instants in ISO 8601, `more` as keys. */
const infoValue = ({ more, creationdate, ...info }: VmInfo) => ({
  ...info,
  nets: info.nets.map((nic) => ({ ...nic })),
  disks: info.disks.map((disk) => ({ ...disk })),
  snapshots: info.snapshots.map((snapshot) => ({ ...snapshot })),
  creationdate: creationdate === undefined ? undefined : new Date(creationdate).toISOString(),
  more: Object.fromEntries(more),
});

/** kcli's order and wording of the lines, F-323 and F-324. */
function infoLines(info: VmInfo): readonly (readonly [string, string])[] {
  const given = ([, value]: readonly [string, string | undefined]) => value !== undefined && value !== '';
  const single: readonly (readonly [string, string | undefined])[] = [
    ['name', info.name],
    ['id', info.id],
    ['creationdate', info.creationdate === undefined ? undefined : new Date(info.creationdate).toISOString()],
    ['status', info.status],
    ['description', info.description],
    ['autostart', info.autostart === undefined ? undefined : info.autostart ? 'yes' : 'no'],
    ['image', info.image],
    ['plan', info.plan],
    ['profile', info.profile],
    ['numcpus', String(info.numcpus)],
    ['memory', spellBytes(info.memory)],
    ...info.nets.map(
      ({ device, mac, net, type }) => ['net interface', `${device} mac: ${mac} net: ${net} type: ${type}`] as const,
    ),
    ['ip', info.ip],
    ['ips', info.ips.length > 1 ? info.ips.join(' ') : undefined],
    ...info.disks.map(
      ({ device, size, format, type, path }) =>
        [
          'diskname',
          `${device} disksize: ${size === undefined ? '-' : spellBytes(size)} diskformat: ${format} type: ${type} path: ${path}`,
        ] as const,
    ),
    ...info.snapshots.map(
      ({ snapshot, current }) => ['snapshot', `${snapshot} current: ${current ? 'yes' : 'no'}`] as const,
    ),
    ...info.more,
  ];
  return single.filter(given) as readonly (readonly [string, string])[];
}
