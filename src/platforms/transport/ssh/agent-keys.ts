/** The keys of an SSH agent (RFC 9987), and keys of files offered as an agent's: a passphrase is asked for when it is needed. */
import type { BaseAgent, ParsedKey } from 'ssh2';
import { FleetError } from '../../../errors.ts';
import { type Patience, within } from '../deadline.ts';
import type { Ssh2 } from './ssh2.ts';

export interface AgentKey {
  readonly public: Buffer;
  readonly comment: string;
  readonly agent: BaseAgent;
}

const AGENT_MS = 5_000;

/** What the agent holds, in its order, of the types that ssh2 can use. Rejects when nothing answers there. */
export async function agentKeys(ssh2: Ssh2, socket: string, patience: Patience): Promise<readonly AgentKey[]> {
  const agent = ssh2.createAgent(socket);
  const held = await within(
    AGENT_MS,
    patience,
    () => new FleetError('config.invalid', `the SSH agent at ${socket} does not answer`),
    () =>
      new Promise<readonly unknown[]>((resolve, reject) => {
        agent.getIdentities((error, keys) => (error ? reject(error) : resolve(keys ?? [])));
      }),
  );
  return held
    .filter(isKey)
    .map((key) => ({ public: key.getPublicSSH(), comment: key.comment, agent: only(ssh2, agent, key) }));
}

const isKey = (key: unknown): key is ParsedKey =>
  typeof key === 'object' && key !== null && 'getPublicSSH' in key && typeof key.getPublicSSH === 'function';

/** ssh2 offers all keys of an agent, one after the other; this one has one. */
function only(ssh2: Ssh2, agent: BaseAgent, key: ParsedKey): BaseAgent {
  return new (class extends ssh2.BaseAgent {
    override getIdentities(done: Parameters<BaseAgent['getIdentities']>[0]): void {
      done(null, [key]);
    }
    override sign(...signing: unknown[]): void {
      Reflect.apply(agent.sign, agent, signing);
    }
  })();
}

/** Offers a public key, and gets the private one only when the host would accept it; undefined gives it up. */
export function lateKey(ssh2: Ssh2, publicKey: ParsedKey, unlock: () => Promise<ParsedKey | undefined>): BaseAgent {
  return new (class extends ssh2.BaseAgent {
    override getIdentities(done: Parameters<BaseAgent['getIdentities']>[0]): void {
      done(null, [publicKey]);
    }
    override sign(_key: unknown, data: Buffer, options: unknown, callback?: unknown): void {
      const done: unknown = callback ?? options;
      if (typeof done !== 'function') return;
      const hash = typeof options === 'object' && options !== null && 'hash' in options ? options.hash : undefined;
      unlock().then(
        (key) => {
          const signature: Buffer | Error =
            key?.sign(data, typeof hash === 'string' ? hash : undefined) ?? new Error('the key stays locked');
          if (signature instanceof Error) done(signature);
          else done(null, signature);
        },
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
      );
    }
  })();
}
