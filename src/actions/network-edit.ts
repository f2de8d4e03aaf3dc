/** The change of a network that is there. */
import { isIP } from 'node:net';
import {
  type Field,
  isRows,
  NETWORK_MODES,
  type NetworkSettings,
  type Settings,
  type SettingValue,
  sameValue,
} from '../platforms/contract.ts';
import { display } from '../state/fields.ts';
import type { Args } from './action.ts';
import { needed, objectAction } from './object-action.ts';
import { listIn, textIn } from './text-in.ts';

const LIMIT_MS = 60_000;

const FIELDS: readonly (Field & { readonly key: keyof NetworkSettings })[] = [
  {
    key: 'mode',
    label: 'Mode',
    help: 'How it reaches other networks.',
    kind: 'choice',
    options: NETWORK_MODES.filter((mode) => mode !== 'bridge' && mode !== 'macvtap'),
  },
  { key: 'dhcp', label: 'DHCP', help: 'Hand addresses out.', kind: 'flag' },
  {
    key: 'range',
    label: 'DHCP range',
    help: 'First and last address that DHCP gives; emptied, all but the first and the last.',
    kind: 'text',
    examples: ['192.168.150.100-192.168.150.199'],
  },
  { key: 'domain', label: 'Domain', help: 'DNS domain of its addresses; emptied, none.', kind: 'text' },
  {
    key: 'forwarders',
    label: 'Forwarders',
    help: 'Name servers for what the network does not know, with commas between them.',
    kind: 'text',
  },
  { key: 'mtu', label: 'MTU', help: 'Largest packet, in bytes.', kind: 'count', min: 68, max: 65_535, nullable: true },
  { key: 'autostart', label: 'Autostart', help: 'Start it with its node.', kind: 'flag' },
  { key: 'plan', label: 'Plan', help: 'The plan that it belongs to; emptied, none.', kind: 'text' },
];

/** What was read beside the values of the fields: those before, what needs a restart, and the VMs that it would cut off. */
const BEFORE = 'before';
const LATE = 'at-restart';
const USERS = 'users';

const asValues = ({ forwarders, ...others }: Partial<NetworkSettings>): Settings => ({
  ...others,
  ...(forwarders && { forwarders: forwarders.join(', ') }),
});

const beforeIn = (args: Args): Settings => {
  const rows = valueIn(args, BEFORE);
  return (isRows(rows) ? rows[0] : undefined) ?? {};
};

/** None of these may be given several times: there are no lists of texts. */
const valueIn = (args: Args, key: string): SettingValue | undefined => args[key] as SettingValue | undefined;

/** The fields whose value is another one than was read. */
const changedIn = (args: Args): typeof FIELDS => {
  const before = beforeIn(args);
  return FIELDS.filter((field) => {
    const value = valueIn(args, field.key);
    if (value === undefined || (value === '' && before[field.key] === undefined)) return false;
    return !isSame(field, value, before[field.key]);
  });
};

const changesIn = (args: Args): Partial<NetworkSettings> =>
  Object.fromEntries(
    changedIn(args).map(({ key, kind }) => {
      if (key === 'forwarders') return [key, listIn(args, key)];
      const value = typeof args[key] === 'string' ? textIn(args, key) : valueIn(args, key);
      return [key, kind === 'count' && value === '' ? null : value];
    }),
  );

/** What the form had for those that are changed. */
const basedOn = (args: Args): Partial<NetworkSettings> => {
  const before = beforeIn(args);
  return Object.fromEntries(
    changedIn(args).flatMap(({ key }) => {
      const value = before[key];
      if (value === undefined) return [];
      return [[key, key === 'forwarders' ? wordsIn(value) : value]];
    }),
  );
};

const lateIn = (args: Args): readonly string[] => {
  const late = listIn(args, LATE);
  return changedIn(args).flatMap(({ key }) => (late.includes(key) ? [key] : []));
};

const wordOf = (field: Field, value: SettingValue | undefined): string =>
  value === undefined || value === null || value === '' ? 'none' : display(field, value);

export const networkEditAction = objectAction({
  id: 'network.edit',
  noun: 'network',
  on: 'network',
  title: 'Edit network',
  help: 'Change a network; what can not be changed while it is active waits for its next start, or for a restart.',
  keys: ['e'],
  danger: 'none',
  needs: 'network.update',
  aliases: ['network.update'],
  options: [
    ...FIELDS,
    {
      key: 'restart',
      label: 'Restart',
      help: 'Stop and start it again where the change needs that; VMs that run lose their link to it.',
      kind: 'flag',
      default: false,
    },
  ],
  fits: () => true,
  reads: async (connection, { id }, signal): Promise<Settings> => {
    const { settings, atRestart, users } = await needed(connection, 'network.settings')(id, signal);
    const values = asValues(settings);
    return { ...values, [BEFORE]: [values], [LATE]: atRestart.join(','), [USERS]: users.join(', ') };
  },
  differs: (args) => {
    const before = beforeIn(args);
    const late = lateIn(args);
    const waits = args['restart'] === true ? 'by a restart' : 'from its next start on';
    return changedIn(args).map((field) => {
      const after = valueIn(args, field.key);
      const when = late.includes(field.key) ? waits : 'at once';
      return `${field.label}: ${wordOf(field, before[field.key])} → ${wordOf(field, after)} (${when})`;
    });
  },
  loses: (args) => {
    const users = textIn(args, USERS);
    if (args['restart'] !== true || users === '' || lateIn(args).length === 0) return undefined;
    return `VMs that run lose their link: ${users}`;
  },
  outcome: (args, network) =>
    network && {
      by: 'read',
      words: `has ${changedIn(args)
        .map((field) => `${field.label} ${wordOf(field, valueIn(args, field.key))}`)
        .join(', ')}`,
      limitMs: LIMIT_MS,
      async read(connection, signal) {
        const { settings } = await needed(connection, 'network.settings')(network.id, signal);
        const now = asValues(settings);
        const open = changedIn(args).filter((field) => !isSeen(field, args, now));
        if (open.length === 0) return true;
        return `has ${open.map((field) => `${field.label} ${wordOf(field, now[field.key])}`).join(', ')}`;
      },
    },
  send: (update, { id }, args, signal) =>
    update(id, changesIn(args), basedOn(args), { restart: args['restart'] === true }, signal),
});

/** Addresses are written in other ways than they were typed. */
function isSame(field: (typeof FIELDS)[number], a: SettingValue | undefined, b: SettingValue | undefined): boolean {
  if (field.key === 'range') return rangesIn(a).toSorted().join() === rangesIn(b).toSorted().join();
  if (field.key === 'forwarders') return wordsIn(a).map(addressIn).join() === wordsIn(b).map(addressIn).join();
  return sameValue(field, a, b);
}

/** A range that was emptied is the usual one, which the platform knows; those of a version that was not named stay as they are. */
function isSeen(field: (typeof FIELDS)[number], args: Args, now: Settings): boolean {
  const { key } = field;
  const wanted = valueIn(args, key);
  if (key === 'forwarders') return isSame(field, wanted, now[key]);
  if (key !== 'range') return now[key] === changesIn(args)[key];
  const ranges = rangesIn(wanted);
  if (ranges.length === 0) return true;
  const versions = new Set(ranges.map(isOfIpv6));
  const named = rangesIn(now[key]).filter((range) => versions.has(isOfIpv6(range)));
  return isSame(field, wanted, named.join());
}

const wordsIn = (value: SettingValue | undefined): readonly string[] =>
  String(value ?? '')
    .split(/[\s,]+/)
    .filter(Boolean);

const rangesIn = (value: SettingValue | undefined): readonly string[] =>
  String(value ?? '')
    .split(',')
    .map((range) =>
      range
        .split('-')
        .map((end) => addressIn(end.trim()))
        .join('-'),
    )
    .filter(Boolean);

const isOfIpv6 = (range: string): boolean => range.includes(':');

/** One of IPv6 has many spellings, of which URLs have the shortest. */
const addressIn = (text: string): string =>
  isIP(text) === 6 && !text.includes('%') ? new URL(`http://[${text}]`).hostname.slice(1, -1) : text;
