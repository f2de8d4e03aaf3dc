/**
 * Pairs of a user among the options of a VM (`config.extraConfig`). The server has options of its own there, and nothing tells
 * whose one is: an option `drover.metadata` names the keys that drover has set. Those that kcli sets are known by their names.
 */
import type { Pairs } from '../../contract.ts';
import { refused } from '../../lib/spec-values.ts';
import { childrenOf, textAt, type XmlElement } from '../../transport/xml.ts';

/** What `readOptions` takes. */
export const OPTIONS = 'config.extraConfig';
/** The option that names keys, with commas between them; and its value alone, as a path. */
const KEYS_OPTION = 'drover.metadata';
export const KEYS_PATH = `${OPTIONS}["${KEYS_OPTION}"].value`;

/** kcli's (`METADATA_FIELDS` and `ip`), but for plan, profile and image, which are settings. */
const KCLI_KEYS: ReadonlySet<string> = new Set(
  'cluster_network dnsclient domain ip kube kubetype loadbalancer owner redfish_iso redfish_refresh user userport'.split(
    ' ',
  ),
);
const SETTINGS: ReadonlySet<string> = new Set(['plan', 'profile', 'image']);
/** Options with a dot are the server's own. */
const KEY = /^[A-Za-z][A-Za-z0-9_-]*$/;

/** All options by their keys. */
export const readOptions = (values: ReadonlyMap<string, XmlElement>): Pairs =>
  Object.fromEntries(
    childrenOf(values.get(OPTIONS), 'OptionValue').map((one) => [textAt(one, 'key') ?? '', textAt(one, 'value') ?? '']),
  );

export const keysIn = (text: string | undefined): readonly string[] =>
  (text ?? '').split(',').filter((key) => KEY.test(key) && !SETTINGS.has(key));

/** Those that a user, or kcli, has set. */
export function metadataIn(options: Pairs): Pairs {
  const keys = new Set([...KCLI_KEYS, ...keysIn(options[KEYS_OPTION])]);
  return Object.fromEntries(Object.entries(options).filter(([key, value]) => keys.has(key) && value !== ''));
}

/** Throws op.refused for a key that an option can't have, or that has a setting. */
export function checkKeys(pairs: Pairs): void {
  for (const key of Object.keys(pairs)) {
    if (SETTINGS.has(key)) throw refused(`the metadata can't name ${key}, which is a setting of its own`);
    if (!KEY.test(key)) throw refused(`${JSON.stringify(key)} is no key of metadata`, 'take letters, digits, - and _');
  }
}

/** The same options and, where drover must remember keys, that which names them; `others` are there already. */
export function withKeys(pairs: Pairs, others: readonly string[] = []): Pairs {
  const set = Object.keys(pairs).filter((key) => pairs[key] !== '');
  const keys = [...new Set([...others, ...set])].filter((key) => !SETTINGS.has(key) && !KCLI_KEYS.has(key));
  return keys.length === 0 ? pairs : { ...pairs, [KEYS_OPTION]: keys.toSorted().join(',') };
}

/**
 * The options to be sent so that a VM has `wanted` instead of its pairs; '' takes one away. Throws op.refused for keys as above,
 * and for an option that is there and that neither drover nor kcli has set.
 */
export function metadataChanges(options: Pairs, wanted: Pairs): Pairs {
  checkKeys(wanted);
  const now = metadataIn(options);
  for (const key of Object.keys(wanted)) {
    if (now[key] === undefined && (options[key] ?? '') !== '')
      throw refused(
        `${key} is an option of the VM that is no metadata`,
        `take another key, or change the option: govc vm.change -e ${key}=VALUE`,
      );
  }
  const all = [...new Set([...Object.keys(now), ...Object.keys(wanted)])];
  const changed = all.filter((key) => (wanted[key] ?? '') !== (now[key] ?? ''));
  if (changed.length === 0) return {};
  const pairs = Object.fromEntries(changed.map((key) => [key, wanted[key] ?? '']));
  const keys = withKeys(wanted)[KEYS_OPTION] ?? '';
  return keys === (options[KEYS_OPTION] ?? '') ? pairs : { ...pairs, [KEYS_OPTION]: keys };
}
