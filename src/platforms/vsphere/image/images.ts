/** Templates as images: VMs that are marked so (VirtualMachine, vSphere Web Services API). */
import { imageId } from '../../../ids.ts';
import type { Image, ImageOps, Trouble } from '../../contract.ts';
import { madeAt, withCreateDate } from '../create-date.ts';
import { wholeInventory } from '../inventory-spec.ts';
import { inOrder, nameOf, readAll, sizeAt, UNTOLD } from '../lists.ts';
import { plainName } from '../names.ts';
import type { ObjectContent } from '../properties.ts';
import type { Session } from '../session.ts';

/** In the summary, since a VM that its host does not answer for has no `config`. */
const TEMPLATE = 'summary.config.template';
const STATE = 'runtime.connectionState';
const SIZE = 'summary.storage.committed';
const PATHS = [
  'name',
  'summary.config.guestFullName',
  'summary.config.instanceUuid',
  'summary.config.vmPathName',
  SIZE,
  STATE,
];

export const createImageOps = (session: Session): Required<Pick<ImageOps, 'list'>> => ({
  async list(_of, signal) {
    // the server can't be asked for templates alone: one word of every VM first
    const which = [{ type: 'VirtualMachine', paths: [TEMPLATE] }];
    const vms = await readAll(session, which, wholeInventory(session.content.rootFolder), signal);
    const from = vms.filter(({ values }) => values.get(TEMPLATE)?.text === 'true').map(({ ref }) => ref);
    if (from.length === 0) return [];
    const wanted = [{ type: 'VirtualMachine', paths: withCreateDate(session, PATHS) }];
    const templates = await readAll(session, wanted, { from, mayBeGone: true }, signal);
    return inOrder(templates.map((one) => imageFrom(one, session)));
  },
});

function imageFrom(object: ObjectContent, { endpoint, clock }: Session): Image {
  const { ref, values } = object;
  const text = (path: string): string | undefined => values.get(path)?.text || undefined;
  const path = text('summary.config.vmPathName');
  const storage = /^\[(.+?)\] /.exec(path ?? '')?.[1];
  const identity = text('summary.config.instanceUuid');
  const status = text(STATE);
  const message =
    status === undefined ? UNTOLD : BROKEN.has(status) ? `the server says that it is ${status}` : undefined;
  const trouble: Trouble | undefined = message === undefined ? undefined : { message, since: clock.now() };
  return {
    id: imageId(endpoint, ref.value),
    name: nameOf(object),
    ...(identity === undefined ? {} : { identity }),
    type: 'template',
    format: undefined,
    size: sizeAt(values.get(SIZE)),
    storage: storage === undefined ? undefined : plainName(storage),
    path,
    os: text('summary.config.guestFullName'),
    arch: undefined,
    created: madeAt(values),
    status,
    visibility: undefined,
    ...(trouble ? { trouble } : {}),
  };
}

/** Of VirtualMachineConnectionState; of one that is disconnected only the host is. */
const BROKEN: ReadonlySet<string> = new Set(['inaccessible', 'invalid', 'orphaned']);
