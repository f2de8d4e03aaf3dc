import type { Clock } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import type { Ask, Connection, Endpoint, Platform, SettingValue, WireLine } from '../../platforms/contract.ts';
import type { SessionSpec } from './spec.ts';

/** Makes the connections of a session, one attempt after another, each with a deadline. */
export interface Connector {
  /** The connection lives until the session ends or the next attempt is made. */
  connect(ask: Ask): Promise<Connection>;
  /** Ends the attempt that is under way, for one with a user to ask. */
  cancel(): void;
}

export interface ConnectorOptions {
  readonly spec: SessionSpec;
  readonly clock: Clock;
  /** The session's own. */
  readonly signal: AbortSignal;
  load(platform: string): Promise<Platform>;
  readonly wire: (line: WireLine) => void;
}

const CONNECT_MS = 30_000;
/** What platforms call it, and ask for where it is not configured. */
const PASSWORD = 'password';

export function createConnector({ spec, clock, signal, load, wire }: ConnectorOptions): Connector {
  let cancel = () => {};
  /**
   * The configured password that was refused: it is not sent again, so that the platform asks for another one. Only its platform knows
   * that it was the password: it may have been a one-time code, a certificate, or a host on the way.
   */
  let refused: SettingValue | undefined;
  /** Takes the last attempt off the session's signal. */
  let unlink = () => {};

  return {
    async connect(ask) {
      const tooLate = new FleetError('host.unreachable', `${spec.name}: no connection within ${CONNECT_MS / 1000} s`, {
        retry: true,
      });
      // AbortSignal.any() would keep each attempt's listeners as long as the session lives: 1 kB, every few seconds.
      unlink();
      const attempted = new AbortController();
      const limited = attempted.signal;
      const end = () => attempted.abort(signal.reason);
      if (signal.aborted) end();
      signal.addEventListener('abort', end);
      unlink = () => signal.removeEventListener('abort', end);
      const stopClock = clock.after(CONNECT_MS, () => attempted.abort(tooLate));
      cancel = () =>
        attempted.abort(new FleetError('op.cancelled', `${spec.name}: a new attempt to connect has begun`));
      let sent: SettingValue | undefined;
      const typed = new Set<SettingValue>();
      try {
        const platform = await load(spec.platform);
        const endpoint = withoutRefused(await spec.resolve(limited), refused);
        sent = endpoint.values[PASSWORD];
        const asked = asking(ask, stopClock, limited, (answer) => typed.add(answer));
        const connection = await platform.connect(endpoint, { signal: limited, clock, wire, ask: asked });
        // It is right after all, as after an account was locked for a while.
        if (refused !== undefined && typed.has(refused)) refused = undefined;
        return connection;
      } catch (error) {
        // A login that was given up after its password was sent stays one: the time alone must not make it be tried again.
        const isLogin = error instanceof FleetError && error.code === 'auth.rejected';
        if (isLogin && error.refused === 'password' && sent !== undefined) refused = sent;
        throw limited.reason === tooLate && !isLogin ? tooLate : error;
      } finally {
        stopClock();
      }
    },
    cancel: () => cancel(),
  };
}

function withoutRefused(endpoint: Endpoint, refused: SettingValue | undefined): Endpoint {
  const { [PASSWORD]: password, ...values } = endpoint.values;
  return password === undefined || password !== refused ? endpoint : { ...endpoint, values };
}

/** A user who is asked may think as long as they like; the question is void once the attempt has ended. */
function asking(ask: Ask, stopClock: () => void, until: AbortSignal, typed: (answer: string) => void): Ask {
  const { trust, secret } = ask;
  const patiently =
    <Argument, Answer>(question: (argument: Argument, until: AbortSignal) => Promise<Answer>) =>
    (argument: Argument) => {
      stopClock();
      return question(argument, until);
    };
  const asked: typeof secret = async (what, ends) => {
    const answer = await secret?.(what, ends);
    if (answer !== undefined) typed(answer);
    return answer;
  };
  return { ...(trust && { trust: patiently(trust) }), ...(secret && { secret: patiently(asked) }) };
}
