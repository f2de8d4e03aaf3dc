import type { CallOptions } from '../rpc/calls.ts';
import type { RpcClient } from '../rpc/client.ts';
import { LibvirtError } from '../rpc/errors.ts';
import type { Procedure } from '../rpc/protocol.ts';

/** A daemon whose answers a test sets, for moments that a test can not choose with a real daemon. */
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
      async call<A, R>({ name }: Procedure<A, R>, args: A, { signal }: CallOptions = {}): Promise<R> {
        signal?.throwIfAborted();
        came.push(name);
        const answer = answers.get(name);
        if (!answer) throw new Error(`the test sets no answer to ${name}`);
        refuseUnknownFlags(name, args);
        const result = await answer(args);
        // Its caller learns no answer that comes later, as by the real one.
        signal?.throwIfAborted();
        return withoutResults(args, result as R);
      },
      openStream: () => Promise.reject(new Error('there are no streams here')),
      onEvent: () => undefined,
      ping: async () => undefined,
      expectSilence: () => undefined,
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

/** The flags that libvirt knows of its calls, all in one number; none where a call is not listed. */
const KNOWN: Readonly<Record<string, number>> = {
  CONNECT_OPEN: 1,
  CONNECT_COMPARE_HYPERVISOR_CPU: 1 + 2,
  DOMAIN_GET_XML_DESC: 1 + 2 + 4 + 8,
  CONNECT_LIST_ALL_DOMAINS: 0x3fff,
  CONNECT_LIST_ALL_STORAGE_POOLS: 0xf_ffff,
  CONNECT_LIST_ALL_NETWORKS: 0x3f,
  NETWORK_GET_XML_DESC: 1,
  NETWORK_UPDATE: 1 + 2,
  STORAGE_VOL_GET_INFO_FLAGS: 1,
  CONNECT_GET_ALL_DOMAIN_STATS: 0x7fff_ffff,
  DOMAIN_UNDEFINE_FLAGS: 1 + 2 + 4 + 8 + 16,
  DOMAIN_OPEN_CONSOLE: 1 + 2,
  DOMAIN_SET_MEMORY_FLAGS: 1 + 2 + 4,
  DOMAIN_SET_VCPUS_FLAGS: 1 + 2 + 4 + 8,
  DOMAIN_SET_METADATA: 1 + 2,
  DOMAIN_GET_METADATA: 1 + 2,
  DOMAIN_DEFINE_XML_FLAGS: 1,
  DOMAIN_SAVE_FLAGS: 1 + 2 + 4 + 8,
  DOMAIN_RESTORE_FLAGS: 1 + 2 + 4 + 8,
  DOMAIN_SAVE_IMAGE_GET_XML_DESC: 1,
  DOMAIN_ATTACH_DEVICE_FLAGS: 1 + 2,
  DOMAIN_DETACH_DEVICE_FLAGS: 1 + 2,
  DOMAIN_UPDATE_DEVICE_FLAGS: 1 + 2 + 4,
  DOMAIN_BLOCK_RESIZE: 1,
  DOMAIN_SNAPSHOT_CREATE_XML: 0x3ff,
  DOMAIN_REVERT_TO_SNAPSHOT: 1 + 2 + 4 + 8,
  DOMAIN_SNAPSHOT_DELETE: 1 + 2 + 4,
  DOMAIN_GET_JOB_STATS: 1 + 2,
  DOMAIN_MIGRATE_BEGIN3_PARAMS: 0x1f_ffff,
  DOMAIN_MIGRATE_PREPARE3_PARAMS: 0x1f_ffff,
  DOMAIN_MIGRATE_PERFORM3_PARAMS: 0x1f_ffff,
  DOMAIN_MIGRATE_FINISH3_PARAMS: 0x1f_ffff,
  DOMAIN_MIGRATE_CONFIRM3_PARAMS: 0x1f_ffff,
};
const INVALID_ARGUMENT = 8;

/** As libvirt does: a flag that it does not know is refused. */
export function refuseUnknownFlags(name: string, args: unknown): void {
  const flags = typeof args === 'object' && args !== null && 'flags' in args ? Number(args.flags) : 0;
  if ((flags & ~(KNOWN[name] ?? 0)) !== 0) throw libvirtNo(INVALID_ARGUMENT, `${name}: unsupported flags (${flags})`);
}

/** As libvirt does: a caller that wants only the number gets no list. */
export function withoutResults<R>(args: unknown, result: R): R {
  if (typeof args !== 'object' || args === null || !('needResults' in args) || args.needResults === true) return result;
  return Object.fromEntries(
    Object.entries(result as object).map(([key, value]) => [key, Array.isArray(value) ? [] : value]),
  ) as R;
}
