import { endpointOf } from '../../ids.ts';
import type { ConsoleOutput, MoreLine, Vm, VmInfo } from '../../platforms/contract.ts';
import type { Fleet } from '../../state/fleet/fleet.ts';
import { inOrder, sectionOf } from '../../state/fleet/info-categories.ts';
import { noteOf } from '../../state/fleet/note-of.ts';
import type { ColourWord } from '../../state/theme/theme-file.ts';
import { formatAge, formatBytes } from '../../units.ts';
import { inPieces, wrapped } from '../components/wrap.ts';
import { stateColour } from '../frame/glyphs.ts';
import type { Look } from '../frame/look.ts';
import { dateAndTime, lastHeard, timeOfDay } from '../time.ts';
import { type Fact, fact, factLines, noteFact, rateText, staleState, usedOf } from './facts.ts';
import type { Loaded } from './load.ts';
import { templateFact, vmHardwareFacts } from './summary-facts.ts';

const TREND = 30;
const trend = new Float32Array(TREND);

/** Everything about one VM that fits a glance. */
export function vmOverview(vm: Vm, info: Loaded<VmInfo>, fleet: Fleet, columns: number, look: Look): readonly string[] {
  const { glyphs } = look;
  const sample = fleet.samples.of(vm.id);
  fleet.samples.cpuHistory(vm.id, trend);
  const endpoint = fleet.endpoints.get(endpointOf(vm.id));
  const node = vm.node === undefined ? undefined : fleet.nodes.get(vm.node);
  const read = info.state === 'ready' ? info.value : undefined;
  const word = vm.rawState && vm.rawState !== vm.state ? `${vm.state} (${vm.rawState})` : vm.state;
  const stale = endpoint?.staleSince;
  const cpus = `of ${vm.cpus} vCPU${vm.cpus === 1 ? '' : 's'}`;
  // Which of two VMs of one name it is must be seen in the smallest pane.
  const where = fact('Node', placeOf(node?.name, endpointOf(vm.id)));
  const live: readonly Fact[] = [
    ...fact('State', `${glyphs.state[vm.state]} ${word}`, stateColour(vm.state)),
    ...where,
    { label: 'CPU', share: sample.cpu, text: cpus },
    { label: 'Memory', share: sample.memory / vm.memory, text: usedOf(sample.memory, vm.memory) },
    { label: 'CPU history', trend },
    ...fact('Uptime', vm.bootedAt === undefined ? undefined : uptime(vm.bootedAt, fleet.landedAt)),
    ...fact('Disk I/O', `read ${rateText(sample.diskRead)}  write ${rateText(sample.diskWrite)}`),
    ...fact('Network', `in ${rateText(sample.netRx)}  out ${rateText(sample.netTx)}`),
  ];
  // What was measured long ago must not look as if it were so now.
  const last: readonly Fact[] = [
    ...staleState(word, stale, endpoint?.since, look),
    ...where,
    ...fact('CPU', cpus),
    ...fact('Memory', `of ${formatBytes(vm.memory)}`),
  ];
  const facts: Fact[] = [
    ...(stale === undefined ? live : last),
    ...noteFact(noteOf(vm, fleet)),
    ...fact(
      'IP',
      read?.addresses?.map(({ address, source }) => `${address} (${source})`).join(' ') || vm.ips.join(' ') || '-',
    ),
    ...fact('Autostart', vm.autostart === undefined ? undefined : vm.autostart ? 'yes' : 'no'),
    ...fact('Plan', vm.plan),
    ...fact('Profile', vm.profile),
    ...templateFact(vm.profile, fleet),
    ...fact('Image', vm.image),
    ...fact('Tags', vm.tags.join(' ')),
    ...fact('Next start', (read?.row?.pending ?? vm.pending)?.join(', '), 'warning'),
    ...(info.state === 'ready' ? [...vmHardwareFacts(vm, info.value, fleet), ...moreOf(vm, info.value)] : []),
    ...(info.state === 'loading' ? fact('More', 'loading…', 'dim') : []),
    ...(info.state === 'failed' ? fact('More', info.message, 'warning') : []),
  ];
  const trouble = vm.trouble ? [`${vm.trouble.message} (since ${timeOfDay(vm.trouble.since)})`] : [];
  const old =
    stale === undefined
      ? []
      : [`stale since ${lastHeard(stale, endpoint?.since)}: ${endpoint?.problem?.message ?? 'not heard of'}`];
  return [
    ...trouble.flatMap((text) => painted(`${glyphs.trouble} ${text}`, 'danger', columns, look)),
    ...old.flatMap((text) => painted(`${glyphs.stale} ${text}`, 'warning', columns, look)),
    ...factLines(facts, columns, look),
  ];
}

/** Whole texts, in as many lines as they need. */
const painted = (text: string, colour: ColourWord, columns: number, { theme }: Look): readonly string[] =>
  wrapped(text, columns).map((line) => theme.paint(colour, line));

/** `host1`, `host1 (endpoint lab)`, `none (endpoint cloud)`. */
const placeOf = (node: string | undefined, endpoint: string): string =>
  node === endpoint ? node : `${node ?? 'none'} (endpoint ${endpoint})`;

const uptime = (bootedAt: number, now: number): string =>
  `${formatAge((now - bootedAt) / 1000)}, since ${dateAndTime(bootedAt)}`;

function moreOf(vm: Vm, info: VmInfo): readonly Fact[] {
  const { maxCpus = vm.cpus, maxMemory = vm.memory } = info;
  const alone = info.more.filter((line) => sectionOf(line) === undefined);
  const sections = Map.groupBy(
    info.more.filter((line) => !alone.includes(line)),
    (line) => sectionOf(line) ?? '',
  );
  return [
    ...fact('Max vCPUs', maxCpus === vm.cpus ? undefined : String(maxCpus)),
    ...fact('Max memory', maxMemory === vm.memory ? undefined : formatBytes(maxMemory)),
    ...fact('Created', info.created === undefined ? undefined : dateAndTime(info.created)),
    ...fact('About', info.description),
    ...lineFacts(alone),
    ...fact('Running since', info.started === undefined ? undefined : dateAndTime(info.started)),
    ...inOrder(sections.keys()).flatMap((section) => [{ section }, ...lineFacts(sections.get(section) ?? [])]),
  ];
}

const lineFacts = (lines: readonly MoreLine[]): readonly Fact[] =>
  lines.flatMap(([label, value]) => fact(label, value));

export function vmDisks({ disks }: VmInfo, columns: number, look: Look): readonly string[] {
  if (disks.length === 0) return [look.theme.paint('dim', 'No disks.')];
  return disks.flatMap((disk) => {
    const words = [
      disk.device,
      disk.size === undefined ? '-' : formatBytes(disk.size),
      disk.type === 'disk' ? undefined : disk.type,
      disk.format,
      disk.bus,
      disk.storage,
      disk.readOnly ? 'read-only' : undefined,
      disk.shareable ? 'shareable' : undefined,
    ];
    return [
      ...wrapped(words.filter((word) => word !== undefined).join('  '), columns),
      ...painted(disk.path, 'dim', columns - 2, look).map((line) => `  ${line}`),
    ];
  });
}

export function vmNetworks({ nics }: VmInfo, columns: number, look: Look): readonly string[] {
  if (nics.length === 0) return [look.theme.paint('dim', 'No networks.')];
  return nics.flatMap(({ device, net, vlan, mac, type = '', ips = [], mask = '', gateway = '' }) => {
    const way = [mask && `mask ${mask}`, gateway && `by ${gateway}`];
    const words = [device, vlan === undefined ? net : `${net} VLAN ${vlan}`, mac, type, ...ips, ...way];
    return wrapped(words.filter((word) => word !== '').join('  '), columns);
  });
}

/** A log of megabytes is drawn with every frame: of that only the end, which is what people look for. */
const LOG_SHOWN = 128 * 1024;

/** What was written to the console, oldest first. */
export function consoleLog({ text, at }: ConsoleOutput, columns: number, look: Look): readonly string[] {
  const { theme } = look;
  const isCut = text.length > LOG_SHOWN;
  const shown = isCut ? text.slice(-LOG_SHOWN).replace(/^[^\n]*\n/, '') : text;
  const lines = shown.split('\n').flatMap((line) => inPieces(line, columns));
  while (lines.at(-1)?.trim() === '') lines.pop();
  if (lines.length === 0) return [theme.paint('dim', 'Nothing was written yet.')];
  const taken = at === undefined ? [] : [theme.paint('dim', `As of ${dateAndTime(at)}.`)];
  const cut = isCut ? [theme.paint('dim', 'Only its end is shown; the command drover vm log prints all of it.')] : [];
  return [...taken, ...cut, ...lines];
}
