/** What a VM is made of: a template, by its name. */
import { FleetError } from '../../../errors.ts';
import type { XmlElement } from '../../transport/xml.ts';
import { DEVICES } from '../hardware/change-vm.ts';
import { wholeInventory } from '../inventory-spec.ts';
import { nameOf, readAll } from '../lists.ts';
import { refOf, retrieveOne } from '../properties.ts';
import type { Session } from '../session.ts';
import type { MoRef } from '../soap/envelope.ts';
import { KEYS_PATH, keysIn } from '../vm/metadata.ts';

export interface Source {
  readonly ref: MoRef;
  readonly name: string;
  /** The value of `config.hardware.device`. */
  readonly devices: XmlElement | undefined;
  /** References: the folder that it is in, and the cluster that its host is in. '' where they are not seen. */
  readonly folder: string;
  readonly compute: string;
  /** Of its metadata; its clones get the pairs with all other options. */
  readonly metadataKeys: readonly string[];
}

const TEMPLATE = 'summary.config.template';

/** By name or reference. Rejects with image.not-found and name.ambiguous. */
export async function findTemplate(session: Session, wanted: string, signal: AbortSignal): Promise<Source> {
  const which = [{ type: 'VirtualMachine', paths: ['name', TEMPLATE] }];
  const all = await readAll(session, which, wholeInventory(session.content.rootFolder), signal);
  const found = all.filter(
    (one) => one.values.get(TEMPLATE)?.text === 'true' && (nameOf(one) === wanted || one.ref.value === wanted),
  );
  const [first, second] = found;
  if (!first) throw new FleetError('image.not-found', `there is no template ${JSON.stringify(wanted)}`);
  if (!second) return readSource(session, first.ref, signal);
  throw new FleetError(
    'name.ambiguous',
    `there are several templates called ${wanted}: ${found.map(({ ref }) => ref.value).join(', ')}`,
    {
      fix: 'take one of these in place of the name',
    },
  );
}

/** What a VM or template is, and where. */
export async function readSource(session: Session, ref: MoRef, signal: AbortSignal): Promise<Source> {
  const values = await retrieveOne(session, ref, ['name', 'parent', DEVICES, 'runtime.host', KEYS_PATH], signal);
  const host = refOf(values.get('runtime.host'));
  const compute = host.value === '' ? undefined : (await retrieveOne(session, host, ['parent'], signal)).get('parent');
  const parent = refOf(values.get('parent'));
  return {
    ref,
    name: nameOf({ ref, values }),
    devices: values.get(DEVICES),
    folder: parent.type === 'Folder' ? parent.value : '',
    compute: compute?.text ?? '',
    metadataKeys: keysIn(values.get(KEYS_PATH)?.text),
  };
}
