import type { RpcClient } from '../rpc/client.ts';
import { LibvirtError } from '../rpc/errors.ts';
import type { Procedure } from '../rpc/protocol.ts';
import { refuseUnknownFlags, withoutResults } from './known-flags.ts';

/** A daemon whose answers a test writes down, for moments that a real one lets nobody choose. */
export interface ScriptedClient {
  readonly client: RpcClient;
  /** The names of the calls that came, in their order. */
  readonly came: readonly string[];
  answer<A, R>(procedure: Procedure<A, R>, answer: (args: A) => R | Promise<R>): void;
}

export function createScriptedClient(): ScriptedClient {
  const answers = new Map<string, (args: unknown) => unknown>();
  const came: string[] = [];
  return {
    came,
    answer(procedure, answer) {
      answers.set(procedure.name, (args) => answer(args as Parameters<typeof answer>[0]));
    },
    client: {
      async call<A, R>({ name }: Procedure<A, R>, args: A): Promise<R> {
        came.push(name);
        const answer = answers.get(name);
        if (!answer) throw new Error(`nobody wrote down what to answer to ${name}`);
        refuseUnknownFlags(name, args);
        return withoutResults(args, (await answer(args)) as R);
      },
      openStream: () => Promise.reject(new Error('there are no streams here')),
      onEvent: () => undefined,
      unanswered: 0,
      isOpen: true,
      ended: new Promise(() => undefined),
      close: () => undefined,
    },
  };
}

/** The daemon's "no". */
export const libvirtNo = (code: number, message = `error ${code}`): LibvirtError =>
  new LibvirtError('SCRIPTED', {
    code,
    domain: 0,
    message,
    level: 2,
    object: undefined,
    text1: undefined,
    text2: undefined,
    text3: undefined,
    number1: 0,
    number2: 0,
    network: undefined,
  });
