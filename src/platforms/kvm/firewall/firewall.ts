/** What a host's firewall lets in, as far as it can be read. Rules that were not understood are unknown, never open. */
import type { HostPart } from '../../contract.ts';
import type { Facts } from '../setup/facts.ts';

/** First and last port. */
type Ports = readonly [first: number, last: number];

/** QEMU listens there for a VM that moves in: libvirt's migration_port_min and _max. */
const MIGRATION: Ports = [49_152, 49_215];
/** Of libvirtd itself, and where VNC and SPICE begin: drover reaches them over SSH, other clients do not. */
const OTHERS: readonly (readonly [string, Ports])[] = [
  ['16509', [16_509, 16_509]],
  ['16514', [16_514, 16_514]],
  ['5900', [5_900, 5_900]],
];

/** `these`: all other ports are refused; `unknown`: its rules can't be read, or are not plain. */
type Reading =
  | { readonly by: string; readonly lets: 'all' }
  | { readonly by: string; readonly lets: 'these'; readonly ports: readonly Ports[] }
  | { readonly by: string; readonly lets: 'unknown' };

const NEEDED_FOR = 'live migration to this host: TCP 49152-49215';

export function firewallPart(facts: Facts): HostPart {
  const reading = readingOf(facts);
  const common = { part: 'firewall', neededFor: NEEDED_FOR, isOptional: true } as const;
  switch (reading.lets) {
    case 'all':
      return { ...common, found: reading.by, state: 'fine' };
    case 'unknown':
      return { ...common, found: reading.by, state: 'unknown', fix: `see that it lets TCP 49152-49215 in` };
    case 'these': {
      const open = OTHERS.flatMap(([name, ports]) => (includes(reading.ports, ports) ? [name] : []));
      const also = open.length > 0 ? `, lets ${open.join(', ')} in` : '';
      if (includes(reading.ports, MIGRATION)) return { ...common, found: `${reading.by}${also}`, state: 'fine' };
      return {
        ...common,
        found: `${reading.by}${also}, not 49152-49215`,
        state: 'missing',
        fix: FIXES[reading.by] ?? 'let TCP 49152-49215 in from the other hosts',
      };
    }
  }
}

const FIXES: Readonly<Record<string, string>> = {
  firewalld: 'firewall-cmd --permanent --add-port=49152-49215/tcp && firewall-cmd --reload',
  ufw: 'ufw allow 49152:49215/tcp',
};

function readingOf(facts: Facts): Reading {
  const isActive = (unit: string) => facts.has('active', `${unit} active`);
  if (isActive('firewalld') || facts.has('firewalld', 'running')) return firewalld(facts);
  if (facts.has('ufw-enabled', 'yes') || facts.has('ufw', 'Status: active')) return ufw(facts);
  const isRoot = facts.has('uid', '0');
  if (facts.has('tool', 'nft')) return isRoot ? nftAndOlder(facts) : { by: 'rules need root', lets: 'unknown' };
  if (facts.has('tool', 'iptables'))
    return isRoot ? iptables(facts.all('iptables')) : { by: 'rules need root', lets: 'unknown' };
  return { by: 'none installed', lets: 'all' };
}

/** Services whose ports are those that are asked about here, as firewalld's own files say. */
const SERVICES: Readonly<Record<string, Ports>> = {
  libvirt: [16_509, 16_509],
  'libvirt-tls': [16_514, 16_514],
  'vnc-server': [5_900, 5_903],
};

function firewalld(facts: Facts): Reading {
  const by = 'firewalld';
  const services = facts.all('firewalld-services').flatMap((line) => line.split(/\s+/));
  // Every zone has some service: without any, it did not answer this user.
  if (services.length === 0) return { by, lets: 'unknown' };
  const named = services.flatMap((name) => (Object.hasOwn(SERVICES, name) ? [SERVICES[name] as Ports] : []));
  const ports = facts.all('firewalld-ports').flatMap((line) => line.split(/\s+/).flatMap(portsIn));
  return { by, lets: 'these', ports: [...named, ...ports] };
}

function ufw(facts: Facts): Reading {
  const by = 'ufw';
  const lines = facts.all('ufw');
  if (lines.length === 0) return { by, lets: 'unknown' };
  const ports = lines.flatMap((line) => (/\sALLOW\b/.test(line) ? portsIn(line.split(/\s+/)[0] ?? '') : []));
  return { by, lets: 'these', ports };
}

/** Rules of the older kind hold beside those of nftables, which does not list them. */
function nftAndOlder(facts: Facts): Reading {
  const reading: Reading = facts.has('listed', 'nft') ? nft(facts.all('nft')) : { by: 'nftables', lets: 'unknown' };
  if (!facts.has('legacy-rules', 'yes') || iptables(facts.all('iptables-legacy')).lets === 'all') return reading;
  return { by: 'nftables and iptables', lets: 'unknown' };
}

/** Only chains for packets to the host itself count, and those that they lead to. */
function nft(lines: readonly string[]): Reading {
  const by = 'nftables';
  const chains = chainsIn(lines);
  const inputs = [...chains].filter(([, rules]) => rules.some((rule) => /\bhook input\b/.test(rule)));
  if (!inputs.some(([name]) => refuses(name, chains, new Set()))) return { by: 'nftables, lets all in', lets: 'all' };
  // A rule that lets in may stand behind one that refuses: only a single chain without such rules is plain.
  const [[, whole] = ['', []], ...others] = inputs;
  const rules = whole.filter((rule) => !/\bhook input\b/.test(rule));
  if (others.length > 0 || rules.some((rule) => REFUSES.test(rule) || LEADS.test(rule))) return { by, lets: 'unknown' };
  const ports = rules.flatMap((rule) => {
    const found = /^tcp dport (?:\{([^}]*)\}|(\S+)).*\baccept\b/.exec(rule);
    return found ? (found[1] ?? found[2] ?? '').split(',').flatMap((one) => portsIn(one.trim())) : [];
  });
  return { by, lets: 'these', ports };
}

const REFUSES = /\b(drop|reject)\b/;
const LEADS = /\b(?:jump|goto) (\S+)/;

/** By `TABLE CHAIN`: two tables may have chains of one name. */
function chainsIn(lines: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const chains = new Map<string, string[]>();
  let table = '';
  let rules: string[] | undefined;
  for (const line of lines) {
    const [, kind, name] = /^(table|chain) (.+) \{$/.exec(line) ?? [];
    if (kind === 'table') table = name ?? '';
    else if (kind === 'chain') {
      rules = [];
      chains.set(`${table} ${name}`, rules);
    } else if (line === '}') rules = undefined;
    else rules?.push(line);
  }
  return chains;
}

function refuses(name: string, chains: ReadonlyMap<string, readonly string[]>, seen: Set<string>): boolean {
  if (seen.has(name)) return false;
  seen.add(name);
  const table = name.slice(0, name.lastIndexOf(' '));
  return (chains.get(name) ?? []).some((rule) => {
    const next = LEADS.exec(rule)?.[1];
    return REFUSES.test(rule) || (next !== undefined && refuses(`${table} ${next}`, chains, seen));
  });
}

/** libvirt's own chain for its networks only lets in. */
const LIBVIRT_CHAIN = 'LIBVIRT_INP';

function iptables(lines: readonly string[]): Reading {
  const by = 'iptables';
  const [policy, ...rules] = lines;
  const isPlain = rules.every((rule) => /-j ACCEPT$/.test(rule) || rule.endsWith(`-j ${LIBVIRT_CHAIN}`));
  const letsAllIn = policy === '-P INPUT ACCEPT' && isPlain;
  return letsAllIn ? { by: 'iptables, lets all in', lets: 'all' } : { by, lets: 'unknown' };
}

/** `49152-49215/tcp`, `49152:49215/tcp`, `5900`, for TCP alone; nothing for a name. */
function portsIn(text: string): readonly Ports[] {
  const found = /^(\d+)(?:[-:](\d+))?(?:\/(\w+))?$/.exec(text);
  if (!found || (found[3] !== undefined && found[3] !== 'tcp')) return [];
  return [[Number(found[1]), Number(found[2] ?? found[1])]];
}

const includes = (open: readonly Ports[], [first, last]: Ports): boolean =>
  open.some(([from, to]) => from <= first && last <= to);
