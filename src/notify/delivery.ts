import type { Clock } from '../clock.ts';
import { sentence } from '../errors.ts';
import { type EndpointName, endpointName } from '../ids.ts';
import type { SettingsField } from '../platforms/contract.ts';
import type { NotifyRule } from '../state/config/notify-rules.ts';
import type { KindKey } from '../state/kind-spec.ts';
import { passes } from '../state/query/row-filter.ts';
import type { Sent } from '../state/records/notices.ts';
import type { Secrets } from '../state/session/secrets.ts';
import { attentionSequence } from '../terminal/attention.ts';
import { createGatherer, type Gatherer } from './gather.ts';
import { endpointNameOf, type Message, messageOf } from './message.ts';

export interface DeliveryOptions {
  /** As the configuration says now. */
  readonly rules: () => readonly NotifyRule[];
  readonly clock: Clock;
  readonly secrets: Pick<Secrets, 'resolve'>;
  /** Sequences for the user's terminal; absent where none is ours. */
  readonly signal?: ((sequence: string) => void) | undefined;
  /** What could not be sent, reported once until it works again. */
  readonly trouble: (message: string) => void;
}

/** Sends notices by the rules of the configuration: bell, desktop, webhook, e-mail. */
export interface Delivery {
  /** Never rejects and never waits. */
  deliver(notice: Sent): void;
  /** Sends what waits for more, and resolves when nothing is under way any more; every attempt has a deadline. */
  close(): Promise<void>;
}

/** What a filter of a rule may name. */
const KEYS: readonly KindKey[] = ['kind', 'endpoint', 'name', 'subject', 'text'].map((id) => ({
  id,
  type: 'text',
  help: id,
}));

const SECRETS: readonly SettingsField[] = [
  ['webhook', 'Webhook'],
  ['token', 'Token'],
  ['password', 'Password'],
].map(([key = '', label = '']) => ({ key, label, help: label, kind: 'text', sensitive: true, in: {} }));

const isFor = ({ kinds, filter }: NotifyRule, { id, kind, subject, name, text }: Sent): boolean =>
  kinds.includes(kind) && passes({ id, kind, subject, name, text, endpoint: endpointNameOf(subject) }, filter, KEYS);

export function createDelivery({ rules, clock, secrets, signal, trouble }: DeliveryOptions): Delivery {
  const gatherers = new Map<string, Gatherer<Sent>>();
  const underWay = new Set<Promise<void>>();
  const failing = new Set<string>();

  const attempt = (rule: NotifyRule, how: string, send: () => Promise<void>) => {
    const key = `${rule.name} ${how}`;
    const sending: Promise<void> = send()
      .then(
        () => void failing.delete(key),
        (error: unknown) => {
          if (!failing.has(key)) trouble(`notification ${rule.name}: not sent by ${how}: ${sentence(error)}`);
          failing.add(key);
        },
      )
      .finally(() => underWay.delete(sending));
    underWay.add(sending);
  };

  const send = (rule: NotifyRule, message: Message) => {
    if (signal && (rule.bell || rule.desktop)) signal(attentionSequence(message.title, rule.bell, rule.desktop));
    const { webhook, mail, ca } = rule;
    if (webhook)
      attempt(rule, 'webhook', async () => {
        const { postWebhook } = await import('./webhook.ts');
        const { webhook: url, token } = await secretsOf(rule, { webhook: webhook.url, token: webhook.token });
        await postWebhook({ url: url ?? '', token, ca }, message, rule.name, clock, new AbortController().signal);
      });
    if (mail)
      attempt(rule, 'mail', async () => {
        const { sendMail } = await import('./mail.ts');
        const { password } = await secretsOf(rule, { password: mail.password });
        await sendMail({ ...mail, ...(password !== undefined && { password }) }, message, ca);
      });
  };

  const secretsOf = async (rule: NotifyRule, values: Readonly<Record<string, string | undefined>>) => {
    const given = Object.fromEntries(
      Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
    );
    const known = await secrets.resolve(NOTIFICATIONS, SECRETS, given, new AbortController().signal, rule.name);
    return known as Readonly<Record<string, string | undefined>>;
  };

  const gathererOf = (rule: NotifyRule): Gatherer<Sent> => {
    const known = gatherers.get(rule.name);
    if (known) return known;
    const made = createGatherer<Sent>(clock, (notices, dropped) => {
      // The rule may have been changed while they waited.
      const now = rules().find(({ name }) => name === rule.name);
      if (now) send(now, messageOf(notices, dropped));
    });
    gatherers.set(rule.name, made);
    return made;
  };

  return {
    deliver(notice) {
      for (const rule of rules()) if (isFor(rule, notice)) gathererOf(rule).add(notice);
    },
    async close() {
      for (const gatherer of gatherers.values()) gatherer.flush();
      await Promise.all(underWay);
    },
  };
}

/** Under this name commands that give secrets are remembered. */
const NOTIFICATIONS: EndpointName = endpointName('notifications');
