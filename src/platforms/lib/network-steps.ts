/** The checks that come before any protocol: the name of the host, its port, its certificate. */
import type { Check } from '../contract.ts';
import { type Finding, failed, resolveName, step } from '../transport/check.ts';
import type { Patience } from '../transport/deadline.ts';
import { type HttpProxy, openPerhapsByProxy, proxyFor } from '../transport/proxy.ts';
import { hostPort } from '../transport/socket.ts';
import { openTls, type TlsTarget } from '../transport/tls.ts';

export interface NetworkTarget extends TlsTarget {
  /** False: plain text. */
  readonly secure?: boolean;
}

/** How the step of TLS is called, and what it finds, in words for the user. */
export interface TlsStep {
  readonly check: string;
  /** What is said of a link without TLS; undefined: there is no such step then. */
  readonly plain?: Finding;
  /** What is said of a certificate that was accepted. */
  readonly verified: (target: TlsTarget) => string;
}

export const LINK_IS_PROTECTED: TlsStep = {
  check: 'the link is protected',
  plain: { detail: 'no: plain HTTP' },
  verified: ({ fingerprint }) => `the certificate is ${fingerprint === undefined ? 'trusted' : 'the pinned one'}`,
};

/** One check each: the name, a TCP connection (by the proxy of the environment, if there is one) and, with `tls`, a handshake. It goes on after one that failed: see upToFailure. */
export async function* networkSteps(target: NetworkTarget, patience: Patience, tls?: TlsStep): AsyncGenerator<Check> {
  const { host, port, secure = true } = target;
  let proxy: HttpProxy | undefined;
  try {
    proxy = proxyFor(target);
  } catch (error) {
    yield failed('the host answers', error);
    return;
  }
  // Behind a proxy, names of hosts are often known to the proxy alone.
  if (!proxy) yield await step('the name resolves', () => resolveName(host));
  yield await step('the host answers', async () => {
    (await openPerhapsByProxy(target, patience)).destroy();
    return `${hostPort(host, port)}${proxy ? `, by the proxy ${hostPort(proxy.host, proxy.port)}` : ''}`;
  });
  if (!tls) return;
  const { check, plain, verified } = tls;
  if (secure) {
    yield await step(check, async () => {
      (await openTls(target, patience, openPerhapsByProxy)).destroy();
      return verified(target);
    });
  } else if (plain) yield { check, ok: true, ...plain };
}
