/** What the target is, beside its disks: whether it takes this VM, and whether the nodes reach each other. */
import { isIP } from 'node:net';
import { FleetError, isAbort, sentence } from '../../../errors.ts';
import { formatBytes } from '../../../units.ts';
import type { MigrateSpec, MigrationCheck } from '../../contract.ts';
import { error, ok, warning } from '../../lib/migration.ts';
import { shellWord } from '../../lib/take-back.ts';
import { attribute, child, childrenOf, textAt, type XmlElement } from '../../transport/xml.ts';
import { readHostFacts } from '../hardware/host-facts.ts';
import type { HostCall } from '../host/host-call.ts';
import { uuidText } from '../link/uuid.ts';
import { type Leaving, nameOf, type Side } from '../migrate/side.ts';
import { findNetwork } from '../network/find-network.ts';
import { interfaceType } from '../network/interfaces.ts';
import { LibvirtError, unlessCode, VIR_ERR } from '../rpc/errors.ts';
import { CPU_MUST_FIT } from '../rpc/flags.ts';
import { procedures } from '../rpc/protocol.ts';
import { readDocument } from '../xml/document.ts';
import { editXml } from '../xml/edit-xml.ts';

interface Both {
  readonly from: Side;
  readonly to: Side;
}

/** QEMU's version is behind its name in what the host says it is: `QEMU 7.2.22, libvirt 9.0.0`. */
const numbersOf = (version: string): readonly number[] =>
  [...version.matchAll(/(\d+)\.(\d+)\.(\d+)/g)].map(([, a, b, c]) => Number(a) * 1e6 + Number(b) * 1e3 + Number(c));

export function checkPlatform({ from, to }: Both): MigrationCheck {
  const [here, there] = [from.facts.node.version, to.facts.node.version];
  const [kind, other] = [here.split(' ')[0], there.split(' ')[0]];
  if (kind !== other) return error('platform', `${nameOf(to)} has ${there}, ${nameOf(from)} has ${here}`, true);
  const isOlder = numbersOf(there).some((number, at) => number < (numbersOf(here)[at] ?? 0));
  return isOlder
    ? warning('platform', `${nameOf(to)} has ${there}, older than ${here} of ${nameOf(from)}`)
    : ok('platform', `${nameOf(to)} has ${there}`);
}

export async function checkIdentity(
  { client, signal }: HostCall,
  { from, to }: Both,
  vm: Leaving,
): Promise<MigrationCheck> {
  const there = nameOf(to);
  if (from.facts.capabilities.uuid !== undefined && from.facts.capabilities.uuid === to.facts.capabilities.uuid)
    return error('identity', `${there} has the same uuid as ${nameOf(from)}: give it one of its own (host_uuid)`, true);
  const { uuid, name } = vm.domain;
  const none = unlessCode(VIR_ERR.noDomain);
  const same = await client.call(procedures.domainByUuid, { uuid }, { signal }).catch(none);
  if (same) return error('identity', `${there} has a VM ${same.name} with its uuid ${uuidText(uuid)}`, true);
  const namesake = await client.call(procedures.domainByName, { name }, { signal }).catch(none);
  if (namesake) return error('identity', `${there} has another VM of this name: rename one of them`, true);
  return ok('identity', 'its name and uuid are free there');
}

/** The kind of guest, the architecture, the machine and the program that emulates it. */
export async function checkMachine(call: HostCall, to: Side, { read }: Leaving): Promise<readonly MigrationCheck[]> {
  const { type, arch = '', machine = '', emulator } = read;
  const types = (await readHostFacts(call)).guests.get(arch);
  const there = nameOf(to);
  if (!types) return [error('architecture', `${there} runs no guests of the architecture ${arch}`, true)];
  if (!types.includes(type))
    return [error('architecture', `${there} runs no guests of type ${type}, only ${types.join(', ')}`, true)];
  const fits = ok('architecture', `${there} runs ${type} guests of ${arch}`);
  const asked = { emulator, arch, machine: machine || undefined, type, flags: 0 };
  try {
    await call.client.call(procedures.domainCapabilities, asked, { signal: call.signal });
    return [fits, ok('machine', `${there} has ${machine || 'its machine'}`)];
  } catch (problem) {
    if (!(problem instanceof LibvirtError)) throw problem;
    return [
      fits,
      error('machine', `${there} can't make a ${machine || 'machine of this kind'}: ${problem.message}`, true),
    ];
  }
}

/** The CPU of a guest that runs can't change; one that is off gets what its definition says. */
export async function checkCpu(call: HostCall, { from, to }: Both, vm: Leaving): Promise<MigrationCheck> {
  const { type, arch, machine, emulator, cpuMode } = vm.read;
  const there = nameOf(to);
  const [here, other] = [from.facts.capabilities.cpuModel, to.facts.capabilities.cpuModel];
  if (cpuMode === 'host-passthrough' && vm.isOn) {
    if (here !== undefined && here === other) return ok('cpu', `both nodes have ${here}, which it sees as it is`);
    return error(
      'cpu',
      `it sees the CPU of ${nameOf(from)} (${here ?? 'unknown'}) as it is, ${there} has ${other ?? 'another'}`,
    );
  }
  const root = await readDocument(vm.live, 'domain');
  const cpu = child(root, 'cpu');
  const isNamed = cpuMode === 'custom' && textAt(cpu, 'model') !== undefined;
  if (!isNamed) return ok('cpu', vm.isOn ? 'it has that of QEMU' : 'it gets what its definition says');
  const xml = await partOf(vm.live, cpu);
  const args = { emulator, arch, machine: machine || undefined, type, xml, flags: CPU_MUST_FIT };
  try {
    await call.client.call(procedures.compareCpu, args, { signal: call.signal });
    return ok('cpu', `${there} can give it ${textAt(cpu, 'model') ?? ''}`);
  } catch (problem) {
    if (!(problem instanceof LibvirtError)) throw problem;
    if (UNASKED.has(problem.code)) return warning('cpu', `${there} does not compare CPUs: ${problem.message}`);
    return error('cpu', `${there} can't give it ${textAt(cpu, 'model') ?? 'its CPU'}: ${problem.message}`);
  }
}

const UNASKED: ReadonlySet<number> = new Set([VIR_ERR.noSupport, VIR_ERR.rpc, VIR_ERR.operationUnsupported]);

/** An element as it stands in the document. */
async function partOf(xml: string, element: XmlElement | undefined): Promise<string> {
  const editor = await editXml(xml, 'domain');
  const same = editor.root.children.find(({ name }) => name === element?.name);
  return same ? editor.textOf(same) : '';
}

/** Free, and what its caches would give back. */
export async function checkMemory(
  { client, signal }: HostCall,
  to: Side,
  { isOn, read }: Leaving,
): Promise<MigrationCheck> {
  const args = { count: 0, cell: -1, flags: 0 };
  const { count } = await client.call(procedures.nodeMemoryStats, args, { signal });
  const { counters } = await client.call(procedures.nodeMemoryStats, { ...args, count }, { signal });
  const free = counters
    .filter(({ name }) => name === 'free' || name === 'buffers' || name === 'cached')
    .reduce((sum, { value }) => sum + value * 1024, 0);
  const needs = read.maxMemory;
  const text = `${nameOf(to)} has ${formatBytes(free)} free, it needs ${formatBytes(needs)}`;
  if (free > needs) return ok('memory', text);
  return isOn ? error('memory', text) : warning('memory', text);
}

/** Each network and bridge that its NICs hang on. */
export async function checkNetworks(
  call: HostCall,
  to: Side,
  { isOn, read }: Leaving,
): Promise<readonly MigrationCheck[]> {
  const { client, signal } = call;
  const checks: MigrationCheck[] = [];
  const names = new Map(
    read.nics.map((nic) => [`${nic.network === undefined ? nic.type : 'network'} ${nic.source}`, nic]),
  );
  for (const { network, type, source } of names.values()) {
    if (network !== undefined) {
      const found = await findNetwork(call, network);
      if (!found) checks.push(error('networks', `${nameOf(to)} has no network ${network}`, true));
      else if (isOn && !(await client.call(procedures.networkIsActive, { network: found }, { signal })))
        checks.push(error('networks', `the network ${network} of ${nameOf(to)} is off: start it`, true));
    } else if ((type === 'bridge' || type === 'direct') && (await interfaceType(call, source)) === 'none')
      checks.push(
        error('networks', `${nameOf(to)} has no ${type === 'bridge' ? 'bridge' : 'interface'} ${source}`, true),
      );
  }
  if (checks.length > 0) return checks;
  const all = [...names.values()].map(({ source }) => source).filter(Boolean);
  return [ok('networks', all.length === 0 ? 'it needs none' : `${nameOf(to)} has ${all.join(', ')}`)];
}

/** What belongs to the host that is left. */
export async function checkDevices({ isOn, live }: Leaving, { from }: Both): Promise<MigrationCheck> {
  const devices = child(await readDocument(live, 'domain'), 'devices');
  const has = (name: string, type?: string) =>
    childrenOf(devices, name).some((one) => type === undefined || attribute(one, 'type') === type);
  const bound = [
    ...(has('hostdev') || has('interface', 'hostdev') ? ['devices of the host'] : []),
    ...(has('filesystem') ? ['folders of the host'] : []),
    ...(has('lease') ? ['a lease'] : []),
    ...(childrenOf(devices, 'memory').some((one) => child(child(one, 'source'), 'path')) ? ['memory in a file'] : []),
  ];
  if (bound.length > 0) {
    const text = `it has ${bound.join(', ')} that stay on ${nameOf(from)}: take them off first`;
    return error('devices', text, isOn);
  }
  const hasTpm = childrenOf(devices, 'tpm').some((tpm) => attribute(child(tpm, 'backend'), 'type') === 'emulator');
  if (hasTpm && !isOn)
    return error(
      'devices',
      `what is in its TPM stays on ${nameOf(from)}: move it while it runs, or what that encrypts is lost`,
    );
  return ok('devices', 'it has none of the host');
}

/** Files that its definition names beside its disks. */
export async function checkFiles(
  { live, isOn, read }: Leaving,
  to: Side,
  signal: AbortSignal,
): Promise<MigrationCheck> {
  const os = child(await readDocument(live, 'domain'), 'os');
  const named = [textAt(os, 'kernel'), textAt(os, 'initrd'), textAt(os, 'dtb'), textAt(os, 'loader'), ...read.configs];
  const paths = named.filter((path) => path !== undefined && path !== '') as readonly string[];
  const looks = paths.length === 0 ? undefined : await to.host.files?.look(paths, signal);
  const missing = paths.find((path) => looks?.get(path)?.is === 'missing');
  if (missing !== undefined) return error('files', `${nameOf(to)} has no ${missing}`, isOn);
  if (read.nvram !== undefined && !isOn)
    return warning('files', 'its UEFI variables stay where they are: it gets new ones, and boots what it finds first');
  if (paths.length > 0 && !looks)
    return warning('files', `whether ${nameOf(to)} has ${paths.join(', ')} can't be seen: its files are not reached`);
  return ok('files', paths.length === 0 ? 'it needs none' : `${nameOf(to)} has what it starts from`);
}

/** libvirt refuses to move what hangs on a snapshot. */
export async function checkSnapshots({
  client,
  domain,
  signal,
}: HostCall & { readonly domain: Leaving['domain'] }): Promise<MigrationCheck> {
  const args = { domain, needResults: false, flags: 0 };
  const { count } = await client.call(procedures.listSnapshots, args, { signal });
  const checkpoints = await client.call(procedures.listCheckpoints, args, { signal }).then(
    (list) => list.count,
    (problem: unknown) => {
      if (problem instanceof LibvirtError) return 0;
      throw problem;
    },
  );
  if (count > 0) return error('snapshots', `it has ${count}, which would stay behind: delete them first`, true);
  if (checkpoints > 0) return error('snapshots', `it has ${checkpoints} checkpoints, which would stay behind`, true);
  return ok('snapshots', 'it has none');
}

const SSH_MS = 8_000;
const MOST_APART_S = 2;

/** What a command prints on a host, or undefined where it can't be run. */
async function printed(
  { run, host: { clock } }: Side,
  command: string,
  outer: AbortSignal,
): Promise<string | undefined> {
  if (!run) return undefined;
  const late = new AbortController();
  const stop = clock.after(SSH_MS, () => late.abort(new FleetError('op.timeout', 'the host does not answer')));
  try {
    return await run(`exec sh -c ${shellWord(command)}`, AbortSignal.any([outer, late.signal]));
  } catch (problem) {
    if (outer.aborted || (isAbort(problem) && !(problem instanceof FleetError))) throw problem;
    return undefined;
  } finally {
    stop();
  }
}

export async function checkClock({ from, to }: Both, signal: AbortSignal): Promise<MigrationCheck> {
  const [here, there] = await Promise.all([from, to].map((side) => printed(side, 'date +%s', signal)));
  const apart = Number(there) - Number(here);
  if (here === undefined || there === undefined || Number.isNaN(apart))
    return ok('clock', 'not compared: only the daemons are reached');
  const text = `the clock of ${nameOf(to)} is ${Math.abs(apart)} s ${apart > 0 ? 'ahead' : 'behind'}`;
  return Math.abs(apart) > MOST_APART_S
    ? warning('clock', `${text}: the guest's time jumps`)
    : ok('clock', 'both nodes have the same time');
}

/**
 * The address at which the source reaches the target, and how that was found out. Memory goes from QEMU to QEMU, on a port
 * that is open only then: what is asked before is whether the target's name leads there and its SSH answers.
 */
export async function checkReach(
  { from, to }: Both,
  { isOn }: Leaving,
  signal: AbortSignal,
): Promise<{ readonly check: MigrationCheck; readonly address: string }> {
  // They come from the other host, and go into a command.
  const names = [...new Set([to.address, nameOf(to)])].filter((name) => /^[\w.:-]+$/.test(name) && !isLoopback(name));
  const first = names[0] ?? nameOf(to);
  if (!isOn) return { check: ok('reach', 'not needed: what is copied goes through drover'), address: first };
  for (const name of names) {
    const tries = `timeout 3 bash -c ${shellWord(`exec 3<>/dev/tcp/${name}/22`)} 2>&1; echo $?`;
    const said = await printed(from, tries, signal).catch((problem: unknown) => {
      if (signal.aborted) throw problem;
      return sentence(problem);
    });
    if (said === undefined) break;
    // A port that refuses is reached too.
    if (/^0$/m.test(said) || /refused/i.test(said))
      return { check: ok('reach', `${nameOf(from)} reaches ${nameOf(to)} at ${name}`), address: name };
    if (name === names.at(-1))
      return {
        check: error('reach', `${nameOf(from)} does not reach ${names.join(' or ')}: memory goes from node to node`),
        address: first,
      };
  }
  return {
    check: ok('reach', `not tried: whether ${nameOf(from)} reaches ${first} shows when it begins`),
    address: first,
  };
}

const isLoopback = (name: string): boolean => name === 'localhost' || (isIP(name) > 0 && /^(127\.|::1$)/.test(name));

/** Whether it is good for this guest to be slowed down. Seen with QEMU 7.2: one without KVM arrived with broken memory. */
export function checkConverge({ isOn, read }: Leaving, { live, converge }: MigrateSpec): readonly MigrationCheck[] {
  if (!converge) return [];
  if (!isOn || !live) return [warning('options', 'only a VM that runs on meanwhile can be slowed down')];
  if (read.type !== 'qemu') return [ok('options', 'it is slowed down as far as its memory needs')];
  return [
    warning(
      'options',
      'it has no KVM: such guests arrived broken when they were slowed down; allow a longer standstill instead',
    ),
  ];
}
