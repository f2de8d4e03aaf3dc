/**
 * Settings that kcli's element keeps (xml/metadata.ts): plan, profile, image and owner, and more by key. libvirt changes the
 * element as a whole (DOMAIN_SET_METADATA), so that it is read right before, and goes back as it was but for these.
 */
import { FleetError } from '../../../errors.ts';
import { bytes, spellBytes } from '../../../units.ts';
import { isPairs, isRows, type Pairs, type Settings, type SettingValue } from '../../contract.ts';
import { XmlError } from '../../transport/xml.ts';
import { unlessCode, VIR_ERR } from '../rpc/errors.ts';
import { METADATA } from '../rpc/flags.ts';
import { procedures } from '../rpc/protocol.ts';
import { CHANGE_MS, type GuestCall } from '../vm/guest-call.ts';
import { KCLI_NAMESPACE } from '../xml/metadata.ts';
import { changeTexts, readTexts, refuseKey, refuseUnwritable } from './texts.ts';

const OWN: ReadonlySet<string> = new Set(['plan', 'profile', 'image', 'owner']);

export interface KeptChanges {
  /** Of the settings. */
  readonly keys: readonly string[];
  /** By their names in the element; '' for those that go. */
  readonly texts: Pairs;
}

/** As the guest has it that `flags` say: AFFECT.live or AFFECT.config. */
export async function readKept(call: GuestCall, flags: number): Promise<Settings> {
  const element = await readElement(call, flags).catch(unlessNone);
  const texts = element === undefined ? {} : await readTexts(element);
  const { creationdate: _date, ...rest } = texts;
  return {
    ...Object.fromEntries([...OWN].map((key) => [key, texts[key] ?? ''])),
    metadata: Object.fromEntries(Object.entries(rest).filter(([key]) => !OWN.has(key))),
  };
}

/** Undefined where nothing becomes another. Throws op.refused for what can't be kept. */
export function keptChanges(asked: Settings, now: Settings): KeptChanges | undefined {
  const [wanted, before] = [asked['metadata'], now['metadata']].map((value) =>
    value !== undefined && isPairs(value) ? value : undefined,
  );
  const pairs = wanted ? Object.entries(wanted) : [];
  const changed = pairs.filter(([key, text]) => before?.[key] !== text || !Object.hasOwn(before, key));
  for (const [key, text] of changed) {
    refuseKey(key, OWN);
    if (text === '')
      throw new FleetError('op.refused', `${key} has no value`, { fix: `leave ${key} out to take it away` });
  }
  const gone = wanted ? Object.keys(before ?? {}).filter((key) => !Object.hasOwn(wanted, key)) : [];
  const own = Object.entries(asked).flatMap(([key, value]) => (OWN.has(key) ? [[key, String(value)] as const] : []));
  const changes = [...own, ...changed, ...gone.map((key) => [key, ''] as const)];
  for (const [key, text] of changes) {
    refuseUnwritable(text);
    if (text !== '' && text.trim() === '') throw new FleetError('op.refused', `${key} is nothing but blanks`);
  }
  const keys = Object.keys(asked).filter((key) => OWN.has(key) || key === 'metadata');
  return changes.length === 0 ? undefined : { keys, texts: Object.fromEntries(changes) };
}

/** Changes one of the two that `flags` say, and leaves alone whatever else stands there. */
export async function setKept(call: GuestCall, { texts }: KeptChanges, flags: number): Promise<void> {
  const { client, domain, signal } = call;
  const now = await readElement(call, flags).catch(unlessNone);
  const metadata = await changeTexts(now, texts).catch((error: unknown) => {
    if (!(error instanceof XmlError)) throw error;
    throw new FleetError('op.refused', `the metadata of ${domain.name} are not as kcli writes them: ${error.message}`, {
      fix: `look at them with virsh metadata --uri ${KCLI_NAMESPACE}`,
    });
  });
  const key = metadata === undefined ? undefined : KCLI_NAMESPACE;
  const args = { domain, type: METADATA.element, metadata, key, uri: KCLI_NAMESPACE, flags };
  await client.call(procedures.setMetadata, args, { signal, deadlineMs: CHANGE_MS });
}

const readElement = ({ client, domain, signal }: GuestCall, flags: number): Promise<string> =>
  client.call(procedures.domainMetadata, { domain, type: METADATA.element, uri: KCLI_NAMESPACE, flags }, { signal });

/** A guest without the element has none, nor has one without a saved definition in there. */
const unlessNone = unlessCode(VIR_ERR.noMetadata, VIR_ERR.operationInvalid, VIR_ERR.noSupport);

/** A value in the sentence that it is another one now. */
export function spellValue(key: string, value: SettingValue | undefined): string {
  if (/memory$/.test(key) && typeof value === 'number') return spellBytes(bytes(value));
  if (isRows(value)) return value.map((row) => Object.values(row).join(' ')).join(', ') || 'none';
  if (value === undefined || !isPairs(value)) return String(value);
  return Object.entries(value)
    .map(([key, text]) => `${key}=${text}`)
    .join(', ');
}
