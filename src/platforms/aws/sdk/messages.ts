/** What the main thread and the SDK's thread say to each other. Everything can be structured-cloned. */

export type Service = 'ec2' | 'cloudwatch' | 's3' | 'route53' | 'elbv2' | 'ec2connect' | 'pricing';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** One request to a service: the SDK's name of it, and what it is asked with. */
export interface Order {
  readonly service: Service;
  readonly region: string;
  readonly url: string | undefined;
  readonly fips: boolean;
  readonly dualStack: boolean;
  readonly name: string;
  readonly input: object;
  /** Answer with our own rows of instances instead of all that EC2 tells. */
  readonly asMachines: boolean;
  /** Answer with a signed address of the request instead of sending it, which is good for so many seconds. */
  readonly linkFor?: number;
}

/** A request that is signed and wants to be sent. */
export interface SignedRequest {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
  /** Whose request it is; undefined where the login is asked for. */
  readonly service?: Service;
}

export interface SdkResponse {
  readonly statusCode: number;
  readonly reason: string;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

/** An error's words; of what a service has said also the two marks by which the SDK tells that. */
export interface ToldError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly $fault?: unknown;
  readonly $metadata?: unknown;
}

export type ToThread =
  | { readonly kind: 'order'; readonly call: number; readonly order: Order; readonly credentials: Credentials }
  /** Undefined: it could not be sent, and the caller knows it already. */
  | { readonly kind: 'response'; readonly call: number; readonly response: SdkResponse | undefined };

export type FromThread =
  | { readonly kind: 'request'; readonly call: number; readonly request: SignedRequest }
  | { readonly kind: 'done'; readonly call: number; readonly output: unknown }
  | { readonly kind: 'failed'; readonly call: number; readonly error: ToldError };
