/**
 * The `notifications:` section of the configuration: who is notified of what, and how.
 *
 *     notifications:
 *       desk:
 *         bell: true
 *         desktop: osc9
 *       team:
 *         for: [unreachable, back, task-done]
 *         filter: name:db
 *         webhook: env:TEAM_HOOK
 *       admins:
 *         mail-to: [admins@example.org]
 *         mail-from: drover@example.org
 *         mail-server: mail.example.org:587
 */
import { didYouMean } from '../../nearest.ts';
import { referenceOf } from '../fields.ts';
import { NOTICE_KINDS, SENT_KINDS, type SentKind } from '../records/notices.ts';
import { type Located, type LocatedMap, plainOf } from './located.ts';
import type { Problem } from './problem.ts';

/** How a terminal is asked to show a notification: iTerm2's sequence, or kitty's. */
const DESKTOPS = ['osc9', 'osc99'] as const;
export type Desktop = (typeof DESKTOPS)[number];

export interface NotifyRule {
  readonly name: string;
  /** All that went wrong, went away or came back, unless it is said. */
  readonly kinds: readonly SentKind[];
  /** Words as in lists, over kind, endpoint, name, subject and text; empty for all. */
  readonly filter: string;
  readonly bell: boolean;
  readonly desktop: Desktop | undefined;
  /** URL and token may be references to secrets. */
  readonly webhook: { readonly url: string; readonly token?: string } | undefined;
  readonly mail: MailRule | undefined;
  /** A PEM file with the authority that webhook and mail server are known by. */
  readonly ca: string | undefined;
}

export interface MailRule {
  /** `mail.example.org:587`. */
  readonly server: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly user?: string;
  /** May be a reference to a secret. */
  readonly password?: string;
}

export interface NotifyRules {
  readonly rules: readonly NotifyRule[];
  readonly problems: readonly Problem[];
}

const TEXTS = ['filter', 'desktop', 'webhook', 'token', 'ca', 'mail-server', 'mail-from', 'mail-user', 'mail-password'];
const LISTS = ['for', 'mail-to'];
const KEYS = [...LISTS, ...TEXTS, 'bell'];
/** One line, without what would begin another header. */
const ADDRESS = /^[^\s<>,;]+@[^\s<>,;]+$/;

/** Never throws: a rule with something wrong in it is left out, and reported with its place. */
export function readNotifyRules(file: string, tree: LocatedMap): NotifyRules {
  const problems: Problem[] = [];
  const rules: NotifyRule[] = [];
  const complain = ({ at }: Located, message: string, fix: { readonly fix?: string } = {}) =>
    void problems.push({ severity: 'warning', file, at, message: `notifications: ${message}`, ...fix });
  const section = tree.entries.get('notifications')?.value;
  if (!section || section.kind === 'nothing') return { rules, problems };
  if (section.kind !== 'map') complain(section, 'must be names with settings below them');
  for (const [name, { value }] of section.kind === 'map' ? section.entries : []) {
    const rule = readRule(name, value);
    if (typeof rule === 'string') complain(value, `${name}: ${rule}`);
    else {
      rules.push(rule);
      for (const key of plainSecrets(rule))
        complain(value, `${name}: ${key} stands in the file as plain text`, IN_ITS_PLACE);
    }
  }
  return { rules, problems };
}

const IN_ITS_PLACE = { fix: 'keep it elsewhere and write env:NAME, file:PATH or cmd:COMMAND here' };

const plainSecrets = ({ webhook, mail }: NotifyRule): readonly string[] => [
  ...(isPlain(webhook?.token) ? ['token'] : []),
  ...(isPlain(mail?.password) ? ['mail-password'] : []),
];
const isPlain = (secret: string | undefined): boolean => secret !== undefined && referenceOf(secret) === undefined;

/** The rule, or what is wrong with it. */
function readRule(name: string, value: Located): NotifyRule | string {
  if (value.kind !== 'map') return 'must be settings like "webhook:"';
  const texts: Record<string, string> = {};
  const lists: Record<string, readonly string[]> = {};
  for (const [key, entry] of value.entries) {
    const words = wordsOf(entry.value);
    if (!KEYS.includes(key)) return `unknown key ${JSON.stringify(key)}${didYouMean(key, KEYS)}`;
    if (words === undefined || (words.length !== 1 && !LISTS.includes(key)))
      return `${key} must be ${LISTS.includes(key) ? 'a list of words' : 'one word'}`;
    if (LISTS.includes(key)) lists[key] = words;
    else texts[key] = words[0] ?? '';
  }
  const { filter = '', desktop, bell = 'false', webhook, token, ca } = texts;
  const kinds = lists['for'] ?? NOTICE_KINDS;
  const strange = kinds.find((kind) => !SENT_KINDS.some((known) => known === kind));
  if (strange !== undefined) return `for can have ${SENT_KINDS.join(', ')}, not ${JSON.stringify(strange)}`;
  if (bell !== 'true' && bell !== 'false') return 'bell must be true or false';
  if (desktop !== undefined && !DESKTOPS.some((known) => known === desktop))
    return `desktop must be ${DESKTOPS.join(' or ')}`;
  const mail = readMail(texts, lists['mail-to']);
  if (typeof mail === 'string') return mail;
  if (bell === 'false' && desktop === undefined && webhook === undefined && mail === undefined)
    return 'says nothing of how to tell: bell, desktop, webhook or mail-to';
  return {
    name,
    kinds: kinds as readonly SentKind[],
    filter,
    bell: bell === 'true',
    desktop: desktop as Desktop | undefined,
    webhook: webhook === undefined ? undefined : { url: webhook, ...(token !== undefined && { token }) },
    mail,
    ca,
  };
}

function readMail(
  texts: Readonly<Record<string, string>>,
  to: readonly string[] | undefined,
): MailRule | string | undefined {
  const { 'mail-server': server, 'mail-from': from, 'mail-user': user, 'mail-password': password } = texts;
  if (to === undefined) return server === undefined && from === undefined ? undefined : 'mail-to says who gets it';
  if (server === undefined || from === undefined) return 'a mail needs mail-server and mail-from';
  const wrong = [from, ...to].find((address) => !ADDRESS.test(address));
  if (wrong !== undefined) return `${JSON.stringify(wrong)} is no mail address`;
  return { server, from, to, ...(user !== undefined && { user }), ...(password !== undefined && { password }) };
}

function wordsOf(value: Located): readonly string[] | undefined {
  if (value.kind === 'scalar') return [value.text];
  if (value.kind !== 'list') return undefined;
  return value.items.every(({ kind }) => kind === 'scalar')
    ? (plainOf(value) as readonly unknown[]).map(String)
    : undefined;
}
