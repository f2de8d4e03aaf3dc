import type { GetMetricDataCommandInput, GetMetricDataCommandOutput } from '@aws-sdk/client-cloudwatch';
import { type Clock, wait } from '../../clock.ts';
import { StatusError } from '../transport/http/rest-error.ts';
import { retryAfterMs } from '../transport/http/rest-retry.ts';
import type { Account } from './account.ts';
import type { Changes, Reads } from './calls.ts';
import type { Identity } from './identity.ts';
import type { MachinePage } from './machine.ts';
import { isBusy, isLoggedOut, normalizeError } from './normalize-error.ts';
import type { SdkClient } from './sdk/client.ts';
import { requireInstalled } from './sdk/installed.ts';
import type { Order } from './sdk/messages.ts';
import type { InputOf, OutputOf } from './sdk/typed.ts';

export interface About {
  /** For sentences: whose trouble it is. */
  readonly subject: string;
  readonly signal: AbortSignal;
}

/** EC2 and what is beside it, and the figures of CloudWatch. Rejects with a FleetError, or with the reason of the signal. */
export interface Api {
  /** Of EC2: asked again, after a pause, while the service is busy. */
  read<Name extends Reads['ec2']>(
    name: Name,
    input: InputOf<'ec2', Name>,
    about: About,
  ): Promise<OutputOf<'ec2', Name>>;
  /** A page of DescribeInstances, with what is kept of each instance. */
  machines(input: InputOf<'ec2', 'DescribeInstances'>, about: About): Promise<MachinePage>;
  metricData(input: GetMetricDataCommandInput, about: About): Promise<GetMetricDataCommandOutput>;
  /** Of EC2: sent once; a second time only with a new login, after the service has refused to listen to the first. */
  change<Name extends Changes['ec2']>(
    name: Name,
    input: InputOf<'ec2', Name>,
    about: About,
  ): Promise<OutputOf<'ec2', Name>>;
  /** The same of another service, whose package is loaded then. Rejects with config.invalid where it is not installed. */
  service<S extends BesideEc2>(name: S): ServiceApi<S>;
}

/** Services that are asked for what they have when a user wants it. */
export type BesideEc2 = 's3' | 'route53' | 'elbv2' | 'ec2connect' | 'pricing';

export interface ServiceApi<S extends BesideEc2> {
  read<Name extends Reads[S]>(name: Name, input: InputOf<S, Name>, about: About): Promise<OutputOf<S, Name>>;
  change<Name extends Changes[S]>(name: Name, input: InputOf<S, Name>, about: About): Promise<OutputOf<S, Name>>;
  /** An address by which anyone can make this request for so many seconds. Sends nothing. */
  link<Name extends Reads[S]>(name: Name, input: InputOf<S, Name>, seconds: number, about: About): Promise<string>;
}

export interface ApiParts {
  readonly account: Account;
  readonly sdk: SdkClient;
  readonly identity: Identity;
  readonly clock: Clock;
}

/** Loaded only by those who use them. */
const PACKAGES = {
  s3: ['@aws-sdk/client-s3', '@aws-sdk/s3-request-presigner'],
  route53: ['@aws-sdk/client-route-53'],
  elbv2: ['@aws-sdk/client-elastic-load-balancing-v2'],
  ec2connect: ['@aws-sdk/client-ec2-instance-connect'],
  pricing: ['@aws-sdk/client-pricing'],
} as const;
const PAUSES_MS = [500, 2_000];
const LONGEST_PAUSE_MS = 30_000;

export function createApi({ account, sdk, identity, clock }: ApiParts): Api {
  const { region, urls, fips, dualStack } = account;
  const ec2 = { service: 'ec2', region, url: urls.ec2, fips, dualStack, asMachines: false } as const;
  const cloudwatch = { ...ec2, service: 'cloudwatch', url: urls.cloudwatch } as const;

  /** One request, with a new login where the old one is no longer taken. */
  async function once(order: Order, { subject, signal }: About, mutates: boolean): Promise<unknown> {
    signal.throwIfAborted();
    const used = await identity.get(signal);
    try {
      return await sdk.send(order, used, signal).catch(async (error: unknown) => {
        if (!isLoggedOut(error)) throw error;
        const fresh = await identity.renew(used, signal);
        // A key that stands somewhere is what it was: it would be refused again.
        if (fresh.accessKeyId === used.accessKeyId && fresh.sessionToken === used.sessionToken) throw error;
        return sdk.send(order, fresh, signal);
      });
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (!mutates && isBusy(error)) throw error;
      throw normalizeError(error, subject, mutates);
    }
  }

  async function patiently(order: Order, about: About): Promise<unknown> {
    for (const pauseMs of PAUSES_MS) {
      try {
        return await once(order, about, false);
      } catch (error) {
        if (!isBusy(error)) throw error;
        await wait(clock, pauseFor(error, pauseMs), about.signal);
      }
    }
    return once(order, about, false).catch((error: unknown) => {
      throw normalizeError(error, about.subject);
    });
  }

  // The SDK's own types say what each request is answered with: the casts are theirs.
  return {
    read: (name, input, about) => patiently({ ...ec2, name, input }, about) as Promise<never>,
    machines: (input, about) =>
      patiently({ ...ec2, name: 'DescribeInstances', input, asMachines: true }, about) as Promise<MachinePage>,
    metricData: (input, about) => patiently({ ...cloudwatch, name: 'GetMetricData', input }, about) as Promise<never>,
    change: (name, input, about) => once({ ...ec2, name, input }, about, true) as Promise<never>,
    service(service) {
      requireInstalled(PACKAGES[service]);
      // These are one for all regions, and signed for this one.
      const isGlobal = (service === 'route53' || service === 'pricing') && urls[service] === undefined;
      const place = isGlobal ? { region: 'us-east-1' } : {};
      const order = { ...ec2, service, url: urls[service], ...place };
      return {
        read: (name, input, about) => patiently({ ...order, name, input }, about) as Promise<never>,
        change: (name, input, about) => once({ ...order, name, input }, about, true) as Promise<never>,
        link: (name, input, seconds, about) =>
          once({ ...order, name, input, linkFor: seconds }, about, false) as Promise<string>,
      };
    },
  };
}

/** What the service wants; otherwise ours, spread out, so that many who were refused together don't come back together. */
function pauseFor(error: unknown, pauseMs: number): number {
  const wanted = error instanceof StatusError ? retryAfterMs(error.headers) : undefined;
  return Math.min(LONGEST_PAUSE_MS, wanted ?? pauseMs * (0.5 + Math.random()));
}
