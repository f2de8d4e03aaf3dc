/** The CPUs of a new VM: how many it can get, how they are arranged, what they can do, and where on the host they run. */
import type { Settings } from '../../contract.ts';
import { numberIn, oneOf, refused, rowsIn, textIn } from '../../lib/spec-values.ts';
import { escapeXml } from '../../transport/xml.ts';
import { readSet, writeSet } from './cpu-set.ts';

export interface CpuWish {
  /** Those that can be plugged in while it runs are among them. */
  readonly most: number;
  readonly topology: { readonly sockets: number; readonly cores: number; readonly threads: number } | undefined;
  readonly flags: readonly CpuFlag[];
  readonly nested: OnOff;
  readonly pmu: OnOff;
  readonly pins: readonly { readonly vcpus: readonly number[]; readonly host: readonly number[] }[];
}

export interface CpuFlag {
  readonly name: string;
  readonly policy: string;
}

/** '' is what libvirt does by itself. */
export type OnOff = '' | 'on' | 'off';
const ON_OFF = ['', 'on', 'off'] as const;
const POLICIES = ['require', 'optional', 'disable', 'force', 'forbid'] as const;
/** What guests of guests need, on the CPUs of Intel and of AMD. */
const OF_NESTED: ReadonlySet<string> = new Set(['vmx', 'svm']);

/** Throws op.refused for what can't be. */
export function readCpu(spec: Settings, vcpus: number): CpuWish {
  const most = numberIn(spec, 'max-vcpus') ?? vcpus;
  if (most < vcpus) throw refused(`it can't have ${vcpus} vCPUs when it can get ${most} at most`);
  const nested = oneOf(ON_OFF, textIn(spec, 'nested'), 'value of nested');
  const flags = rowsIn(spec, 'cpu-flag').map((row) => readFlag(row, nested));
  return {
    most,
    topology: readTopology(spec, most),
    flags,
    nested,
    pmu: oneOf(ON_OFF, textIn(spec, 'pmu'), 'value of pmu'),
    pins: readPins(rowsIn(spec, 'pin'), most),
  };
}

export function readFlag(row: Settings, nested: OnOff): CpuFlag {
  const name = textIn(row, 'name');
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name)) throw refused(`${JSON.stringify(name)} is no flag of a CPU`);
  if (nested !== '' && OF_NESTED.has(name))
    throw refused(`nested says what the flag ${name} is`, 'leave one of them out');
  return { name, policy: oneOf(POLICIES, textIn(row, 'policy') || 'require', 'policy') };
}

/** What is left out follows from the rest: one thread, one core, and as many sockets as that takes. */
export function readTopology(spec: Settings, most: number): CpuWish['topology'] {
  const [sockets, cores, threads] = ['sockets', 'cores', 'threads'].map((key) => numberIn(spec, key));
  if (sockets === undefined && cores === undefined && threads === undefined) return undefined;
  const each = threads ?? 1;
  const inSocket = cores ?? (sockets === undefined ? 1 : most / (sockets * each));
  const all = { sockets: sockets ?? most / (inSocket * each), cores: inSocket, threads: each };
  if (Object.values(all).every(Number.isInteger) && all.sockets * all.cores * all.threads === most) return all;
  const said = [
    sockets !== undefined && `${sockets} sockets`,
    cores !== undefined && `${cores} cores in each`,
    threads !== undefined && `${threads} threads in a core`,
  ].filter(Boolean);
  throw refused(`${said.join(' with ')} don't make ${most} vCPUs`, `give it as many vCPUs (or max-vcpus) as they make`);
}

function readPins(rows: readonly Settings[], most: number): CpuWish['pins'] {
  const seen = new Set<number>();
  return rows.map((row) => {
    const vcpus = readSet(textIn(row, 'vcpus'), 'vCPUs to pin');
    for (const one of vcpus) {
      if (one >= most) throw refused(`vCPU ${one} can't be pinned: the VM has vCPUs 0 to ${most - 1}`);
      if (seen.has(one)) throw refused(`vCPU ${one} is pinned twice`);
      seen.add(one);
    }
    return { vcpus, host: readSet(textIn(row, 'host'), 'CPUs of the host') };
  });
}

export const vcpuXml = (vcpus: number, { most, pins }: CpuWish): string => {
  const pinned = pins.flatMap(({ vcpus: own, host }) =>
    own.map((vcpu) => `<vcpupin vcpu="${vcpu}" cpuset="${writeSet(host)}"/>`),
  );
  return `<vcpu${most > vcpus ? ` current="${vcpus}"` : ''}>${most}</vcpu>${pinned.length > 0 ? `<cputune>${pinned.join('')}</cputune>` : ''}`;
};

/** Its flags, and what `nested` makes of the one that its host's vendor has. */
export function flagsOf({ flags, nested }: CpuWish, vendor: string | undefined): readonly CpuFlag[] {
  if (nested === '') return flags;
  const name = vendor === 'Intel' ? 'vmx' : 'svm';
  return [...flags, { name, policy: nested === 'on' ? 'require' : 'disable' }];
}

/** `cpu`: mode or model, undefined for that of QEMU. `numa`: its cells, as XML. */
export function cpuXml(
  cpu: string | undefined,
  { topology: t }: Pick<CpuWish, 'topology'>,
  flags: readonly CpuFlag[],
  numa: string,
): string {
  const inside = [
    t && `<topology sockets="${t.sockets}" cores="${t.cores}" threads="${t.threads}"/>`,
    ...flags.map(({ name, policy }) => `<feature policy="${policy}" name="${escapeXml(name)}"/>`),
    numa,
  ].filter(Boolean);
  const mode = cpu !== undefined && (cpu.startsWith('host-') || cpu === 'maximum');
  const model = cpu !== undefined && !mode ? `<model fallback="forbid">${escapeXml(cpu)}</model>` : '';
  const how = mode ? ` mode="${cpu}"` : model && ' mode="custom" match="exact"';
  const children = `${model}${inside.join('')}`;
  if (how === '' && children === '') return '';
  return children === '' ? `<cpu${how}/>` : `<cpu${how}>${children}</cpu>`;
}
