import type { NodeAttachAction, VmAttachAction } from '../../actions/action.ts';
import { permitted } from '../../actions/permitted.ts';
import { bind, placeOfShown, verifiedSignal, verify } from '../../actions/target.ts';
import { FleetError } from '../../errors.ts';
import type { NodeId, VmId } from '../../ids.ts';
import type { Attachment } from '../../platforms/contract.ts';
import { clean } from '../../terminal/width.ts';
import type { Stage } from '../stage.ts';
import { whileSame } from './while-same.ts';

/** Opens the console of a VM and gives it the terminal; one that another client has is taken over only after a question. */
export async function attachVm(stage: Stage, action: VmAttachAction, id: VmId): Promise<void> {
  const target = bind('vm', id, stage.services);
  permitted(action, 'vm', id, stage.services);
  const open = (force: boolean) => async (signal: AbortSignal) => {
    await verify(target, stage.services, signal);
    const { connection } = permitted(action, 'vm', id, stage.services);
    const verified = verifiedSignal(target, stage.services, signal);
    return action.open(connection, id, { force }, stage.terminal.size(), verified);
  };
  // Two VMs of one name look alike from inside.
  const name = clean(placeOfShown(target, stage.services.store.fleet));
  try {
    await attach(stage, `the console of ${name}`, open(false));
  } catch (error) {
    if (!(error instanceof FleetError && error.code === 'op.conflict')) throw error;
    const details = [error.message];
    const taken = await whileSame(stage, [target], (until) =>
      stage.dialogs.confirm({
        title: 'Console in use',
        question: `Take the console of ${name} over?`,
        details,
        until,
        unasked: true,
      }),
    );
    if (taken) await attach(stage, `the console of ${name}`, open(true));
  }
}

/** Opens a login shell on a node. */
export async function attachNode(stage: Stage, action: NodeAttachAction, id: NodeId): Promise<void> {
  const { object: node, connection } = permitted(action, 'node', id, stage.services);
  const name = clean(node.name);
  await attach(stage, `a shell on ${name}`, (signal) => action.open(connection, id, stage.terminal.size(), signal));
}

async function attach(stage: Stage, what: string, open: (signal: AbortSignal) => Promise<Attachment>): Promise<void> {
  const controller = new AbortController();
  stage.message.say(`opening ${what}…`);
  const attachment = await open(controller.signal);
  try {
    const notice = `drover: this is ${what}`;
    const how = await stage.terminal.attach(attachment, { notice, signal: controller.signal });
    stage.message.say(how === 'detached' ? `detached from ${what}` : `${what} was closed from the other side`);
  } finally {
    controller.abort();
  }
}
