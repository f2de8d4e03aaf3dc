/** What each request of the SDK takes and answers, read from its own types. */

interface Sdk {
  readonly ec2: typeof import('@aws-sdk/client-ec2');
  readonly s3: typeof import('@aws-sdk/client-s3');
  readonly route53: typeof import('@aws-sdk/client-route-53');
  readonly elbv2: typeof import('@aws-sdk/client-elastic-load-balancing-v2');
  readonly pricing: typeof import('@aws-sdk/client-pricing');
  readonly ec2connect: typeof import('@aws-sdk/client-ec2-instance-connect');
}
export type TypedService = keyof Sdk;

type Command<S extends TypedService, Name extends string> = `${Name}Command` extends keyof Sdk[S]
  ? Sdk[S][`${Name}Command`] extends abstract new (
      ...input: never[]
    ) => infer Instance
    ? Instance
    : never
  : never;

export type InputOf<S extends TypedService, Name extends string> =
  Command<S, Name> extends { readonly input: infer Input extends object } ? Input : never;

export type OutputOf<S extends TypedService, Name extends string> =
  Command<S, Name> extends {
    resolveMiddleware(...args: never[]): (...args: never[]) => Promise<{ output: infer Output }>;
  }
    ? Output
    : never;
