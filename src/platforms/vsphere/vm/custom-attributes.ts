/** Values of custom attributes: CustomFieldsManager (vSphere Web Services API). The attributes themselves are an administrator's. */
import { FleetError } from '../../../errors.ts';
import type { Pairs } from '../../contract.ts';
import { plainLine } from '../../transport/http/wire.ts';
import { childrenOf, textAt, type XmlElement } from '../../transport/xml.ts';
import { retrieveOne } from '../properties.ts';
import type { Session } from '../session.ts';
import { type MoRef, xml } from '../soap/envelope.ts';

/** The key of the setting. */
export const ATTRIBUTES = 'custom-attributes';
/** What `attributesOf` needs of a VM. */
export const ATTRIBUTE_VALUES = 'customValue';
/** As many as are named in an error. */
const MOST_NAMED = 10;
const SET_MS = 60_000;

/** Those of a VM that have a value, by name: one request where it has any. Rejects with a SoapFault, or a FleetError. */
export async function attributesOf(
  session: Session,
  values: ReadonlyMap<string, XmlElement>,
  signal: AbortSignal,
): Promise<Pairs> {
  const set = childrenOf(values.get(ATTRIBUTE_VALUES), 'CustomFieldValue').filter((one) => textAt(one, 'value'));
  if (set.length === 0) return {};
  const names = new Map([...(await readDefinitions(session, signal))].map(([name, key]) => [key, name]));
  return Object.fromEntries(
    set.flatMap((one) => {
      const name = names.get(textAt(one, 'key') ?? '');
      return name === undefined ? [] : [[name, textAt(one, 'value') ?? ''] as const];
    }),
  );
}

export interface SetAttribute {
  readonly name: string;
  readonly send: (vm: MoRef) => Promise<unknown>;
}

/**
 * What is to be sent so that a VM has `wanted` instead of `now`; what is left out is taken away. Throws op.refused for a name
 * that the server has no attribute of.
 */
export async function changesOf(
  session: Session,
  wanted: Pairs,
  now: Pairs,
  signal: AbortSignal,
): Promise<readonly SetAttribute[]> {
  const changed = [...new Set([...Object.keys(now), ...Object.keys(wanted)])].filter(
    (name) => (wanted[name] ?? '') !== (now[name] ?? ''),
  );
  if (changed.length === 0) return [];
  const target = session.content.customFieldsManager;
  if (!target)
    throw new FleetError('op.unsupported', `${session.host} is a single ESX host, which has no custom attributes`);
  const defined = await readDefinitions(session, signal);
  return changed.map((name) => {
    const key = defined.get(name);
    if (key === undefined) throw unknownAttribute(session, name, [...defined.keys()]);
    return {
      name,
      send: (vm) =>
        session.call({
          target,
          method: 'SetField',
          args: xml`<entity type="${vm.type}">${vm.value}</entity><key>${key}</key><value>${wanted[name] ?? ''}</value>`,
          kind: 'mutates',
          signal,
          deadlineMs: SET_MS,
        }),
    };
  });
}

/** Name -> the server's number: of VMs, and of objects of every kind. */
async function readDefinitions(session: Session, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const manager = session.content.customFieldsManager;
  if (!manager) return new Map();
  const defined = (await retrieveOne(session, manager, ['field'], signal)).get('field');
  const ours = childrenOf(defined, 'CustomFieldDef').filter((one) =>
    ['', 'VirtualMachine'].includes(textAt(one, 'managedObjectType') ?? ''),
  );
  return new Map(ours.map((one) => [plainLine(textAt(one, 'name') ?? ''), textAt(one, 'key') ?? '']));
}

function unknownAttribute({ host }: Session, name: string, all: readonly string[]): FleetError {
  const more = all.length > MOST_NAMED ? ' …' : '';
  const there = all.length === 0 ? 'none at all' : `${all.toSorted().slice(0, MOST_NAMED).join(', ')}${more}`;
  return new FleetError('op.refused', `${host} has no custom attribute ${JSON.stringify(name)}; there is ${there}`, {
    fix: `an administrator makes one: govc fields.add -type VirtualMachine ${JSON.stringify(name)}`,
  });
}
