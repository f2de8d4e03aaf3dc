/**
 * The firewall of a guest (PVE::API2::Firewall::VM and ::CT): whether it is on, and the security groups that it has. A group is a rule of
 * the type `group` there, for all NICs of the guest or for one of them.
 */
import { FleetError } from '../../../errors.ts';
import type { Settings, Warning } from '../../contract.ts';
import type { ChangeStep } from '../../lib/change-steps.ts';
import { asRow, asRows, type Row, textOf } from '../../lib/json.ts';
import { refused, wordsIn } from '../../lib/spec-values.ts';
import { type Api, isNotOffered } from '../api.ts';
import { pathOf } from '../guest-call.ts';
import type { Guest } from '../guests.ts';
import { flagOf, numberOf } from '../json.ts';
import { GROUPS } from './groups.ts';

type Named = Pick<Guest, 'kind' | 'node' | 'vmid' | 'name'>;

export interface GuestFirewall {
  readonly isOn: boolean;
  /** `web`, or `web@net0` for one NIC alone; the one whose rules are looked at first in front. */
  readonly groups: readonly string[];
}

/** What of these two settings a change or a new guest asks for. */
export interface WantedFirewall {
  readonly isOn: boolean | undefined;
  readonly groups: readonly string[] | undefined;
}

const rulesOf = (guest: Named): string => `${pathOf(guest)}/firewall/rules`;
const OPTIONS = 'firewall/options';

interface PlacedGroup {
  readonly word: string;
  readonly place: number;
  readonly digest: string | undefined;
}

/** Those that hold: a rule that is disabled is none. */
async function readGroups(api: Api, guest: Named, signal: AbortSignal): Promise<readonly PlacedGroup[]> {
  const rows = asRows(await api.get(rulesOf(guest), { signal, subject: guest.name }), guest.name);
  return rows.flatMap((row, at) => {
    const name = textOf(row, 'action');
    if (row['type'] !== 'group' || name === undefined || isDisabled(row)) return [];
    const nic = textOf(row, 'iface');
    const word = nic === undefined ? name : `${name}@${nic}`;
    return [{ word, place: numberOf(row, 'pos') ?? at, digest: textOf(row, 'digest') }];
  });
}

const isDisabled = (row: Row): boolean => row['enable'] !== undefined && !flagOf(row, 'enable');

/** Two requests. Off and without groups where the server has no firewall, or this login may not see it. */
export async function readGuestFirewall(api: Api, guest: Named, signal: AbortSignal): Promise<GuestFirewall> {
  try {
    const [groups, options] = await Promise.all([
      readGroups(api, guest, signal),
      api.get(`${pathOf(guest)}/${OPTIONS}`, { signal, subject: guest.name }),
    ]);
    const words = new Set(groups.map(({ word }) => word));
    return { isOn: flagOf(asRow(options, guest.name), 'enable'), groups: [...words] };
  } catch (error) {
    if (isNotOffered(error)) return { isOn: false, groups: [] };
    throw error;
  }
}

/** For the details of a guest. */
export const firewallLines = ({ isOn, groups }: GuestFirewall): readonly (readonly [string, string])[] => [
  ...(isOn ? [['Firewall', 'on'] as const] : []),
  ...groups.map((group) => ['Security group', group] as const),
];

/** `pattern` of the published schema, and the key of a NIC. */
const WORD = /^([A-Za-z][A-Za-z0-9_-]{1,17})(?:@(net\d{1,2}))?$/;

/** Of settings by the keys of the manifest. Throws op.refused for what can be no name of a group. */
export function wantedFirewall(settings: Settings): WantedFirewall {
  const { firewall, 'security-groups': text } = settings;
  const words = text === undefined ? undefined : [...new Set(wordsIn(String(text)))];
  const odd = words?.find((word) => !WORD.test(word));
  if (odd !== undefined)
    throw refused(`${JSON.stringify(odd)} is no security group of Proxmox VE`, 'write web, or web@net0 for one NIC');
  return { isOn: typeof firewall === 'boolean' ? firewall : undefined, groups: words };
}

/** Rejects with securitygroup.not-found for a group that the cluster lacks, op.refused for a NIC that is not among these; one request. */
export async function refuseUnknownGroups(
  api: Api,
  subject: string,
  words: readonly string[],
  nics: ReadonlySet<string> | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (words.length === 0) return;
  const rows = asRows(await api.get(GROUPS, { signal, subject }), 'the security groups');
  const known = rows.flatMap((row) => textOf(row, 'group') ?? []).toSorted();
  for (const word of words) {
    const [, name = '', nic] = WORD.exec(word) ?? [];
    if (!known.includes(name))
      throw new FleetError(
        'securitygroup.not-found',
        `${subject}: there is no security group ${JSON.stringify(name)}`,
        {
          fix: `there are ${known.join(', ') || 'none'}`,
        },
      );
    if (nic !== undefined && nics?.has(nic) === false) throw refused(`${subject} has no NIC ${nic}`);
  }
}

/**
 * What leads from `now` to what is wanted: groups come before others go and before the firewall is on, so that the guest is never
 * without rules in between. A new rule is the first one there, so the last group is sent first; what stands elsewhere then is moved.
 */
export function firewallSteps(
  api: Api,
  guest: Named,
  now: GuestFirewall,
  { isOn, groups }: WantedFirewall,
  signal: AbortSignal,
): readonly ChangeStep[] {
  const { name: subject } = guest;
  const coming = groups?.filter((word) => !now.groups.includes(word)) ?? [];
  const staying = now.groups.filter((word) => groups?.includes(word));
  const isSorted = groups === undefined || [...coming, ...staying].every((word, at) => word === groups[at]);
  const going = groups === undefined ? [] : now.groups.filter((word) => !groups.includes(word));
  return [
    ...coming.toReversed().map((word): ChangeStep => {
      const [, action = '', iface] = WORD.exec(word) ?? [];
      const form = { type: 'group', action, enable: '1', ...(iface !== undefined && { iface }) };
      return { keys: [`security group ${word}`], send: () => api.post(rulesOf(guest), { signal, subject, form }) };
    }),
    ...going.map(
      (word): ChangeStep => ({ keys: [`security group ${word}`], send: () => leave(api, guest, word, signal) }),
    ),
    ...(isSorted ? [] : [{ keys: ['order of security groups'], send: () => sort(api, guest, groups, signal) }]),
    ...(isOn === undefined || isOn === now.isOn
      ? []
      : [
          {
            keys: ['firewall'],
            send: () => api.put(`${pathOf(guest)}/${OPTIONS}`, { signal, subject, form: { enable: isOn ? '1' : '0' } }),
          },
        ]),
  ];
}

/** All its rules of that group, the last one first. The server compares what was read, so that is read before each. */
async function leave(api: Api, guest: Named, word: string, signal: AbortSignal): Promise<void> {
  const read = async () => (await readGroups(api, guest, signal)).filter((one) => one.word === word);
  let rules = await read();
  for (let left = rules.length; left > 0; left--) {
    const last = rules.at(-1);
    if (!last) return;
    const query = last.digest === undefined ? {} : { digest: last.digest };
    await api.delete(`${rulesOf(guest)}/${last.place}`, { signal, subject: guest.name, query });
    if (left > 1) rules = await read();
  }
}

/** Each group that stands before the one that it is to follow goes right behind that one; other rules keep their order. */
async function sort(api: Api, guest: Named, groups: readonly string[], signal: AbortSignal): Promise<void> {
  for (const [at, word] of groups.entries()) {
    if (at === 0) continue;
    const rules = await readGroups(api, guest, signal);
    const before = rules.find((one) => one.word === groups[at - 1]);
    const rule = rules.find((one) => one.word === word);
    if (before === undefined || rule === undefined || rule.place > before.place) continue;
    // the place is counted with the rule where it still is
    const form = { moveto: String(before.place + 1), ...(rule.digest !== undefined && { digest: rule.digest }) };
    await api.put(`${rulesOf(guest)}/${rule.place}`, { signal, subject: guest.name, form });
  }
}

/** Why groups that a guest has do not hold; `row`: its configuration. Asks for the cluster's firewall where that may be off. */
export async function whyGroupsSleep(
  api: Api,
  { name }: Pick<Guest, 'name'>,
  { isOn, groups }: GuestFirewall,
  row: Row,
  signal: AbortSignal,
): Promise<readonly Warning[]> {
  if (groups.length === 0) return [];
  const warn = (detail: string): readonly Warning[] => [{ feature: 'security-groups', detail }];
  if (!isOn) return warn(`the firewall of ${name} is off: its security groups hold once that is on`);
  const nics = Object.entries(row).filter(([key]) => /^net\d+$/.test(key));
  if (nics.length > 0 && nics.every(([, text]) => !/(?:^|,)firewall=1(?:,|$)/.test(String(text))))
    return warn(`no NIC of ${name} has its firewall flag: its security groups hold for those that have it`);
  const cluster = await api.get('/cluster/firewall/options', { signal, subject: name }).catch((error: unknown) => {
    if (isNotOffered(error)) return undefined;
    throw error;
  });
  return cluster === undefined || flagOf(asRow(cluster, 'the firewall of the cluster'), 'enable')
    ? []
    : warn(`the firewall of the cluster is off: the security groups of ${name} hold once that is on`);
}
