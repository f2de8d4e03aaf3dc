/** What a platform's folder exports: its manifest, always loaded, and the module that makes connections. */
import type { Clock } from '../../clock.ts';
import type { ErrorCode } from '../../errors.ts';
import type { EndpointName } from '../../ids.ts';
import type { Connection } from './connection.ts';
import type { EndpointField, Settings, SettingsField } from './fields.ts';
import type { HostSetup } from './host-setup.ts';

/** Always loaded, so it imports nothing heavy. */
export interface Manifest {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly tier: 'core' | 'preview' | 'demo';
  readonly endpoint: readonly EndpointField[];
  readonly settings: readonly SettingsField[];
  /** How often samples come unless the endpoint says otherwise. */
  readonly everyMs: number;
  /** How long nothing may come before rows are stale, where that is longer: an API whose lists take their time. */
  readonly silentMs?: number;
  /** Its images are made of OVAs, each with a VM's disks and hardware, and not of disks. */
  readonly takesOva?: true;
  /** npm packages that must be installed beside drover, for platforms whose SDK is heavy. */
  readonly needs?: readonly string[];
}

/** One configured address: its fields are filled in and its secrets looked up. */
export interface Endpoint {
  readonly name: EndpointName;
  readonly platform: string;
  readonly values: Settings;
}

/** One line of what was really sent, and what came back, for the wire log. Secrets are redacted by who writes it. */
export interface WireLine {
  readonly at: number;
  readonly endpoint: EndpointName;
  readonly channel: string;
  /** RPC name with arguments, command line, HTTP request. */
  readonly text: string;
  readonly tookMs: number;
  readonly bytes: number;
  readonly failed?: string;
}

export interface HostKey {
  readonly host: string;
  readonly port: number;
  readonly type: string;
  /** `SHA256:…` as OpenSSH prints it. */
  readonly fingerprint: string;
  /** Where an accepted key is written; undefined where it is written nowhere. */
  readonly addTo?: string;
}

/** The user, who can be asked while a connection is made. Absent when there is none: the answer is then no. */
export interface Ask {
  /**
   * A key that no known_hosts file has. A changed key is never asked about. `until` is the session's: the question is void
   * then, since the attempt has ended.
   */
  trust?(key: HostKey, until?: AbortSignal): Promise<boolean>;
  /** Undefined = given up. Asked once, never again for a wrong answer. */
  secret?(prompt: string, until?: AbortSignal): Promise<string | undefined>;
}

export interface Context {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly wire: (line: WireLine) => void;
  readonly ask: Ask;
}

export interface Detected {
  /** A name for the endpoint, to be changed by the user. */
  readonly name: string;
  readonly why: string;
  readonly values: Settings;
}

/** One prerequisite: what was looked at, whether it is so, and what to do if not. */
export interface Check {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly fix?: string;
  /** Of what went wrong, where an error said it. */
  readonly code?: ErrorCode;
}

export interface Platform {
  /** Rejects with a FleetError; nothing is left open then. */
  connect(endpoint: Endpoint, context: Context): Promise<Connection>;
  /** What of this kind is at hand on this machine, F-031. Looks only, never connects to another host. */
  detect?(context: Context): Promise<readonly Detected[]>;
  /** Everything from the name of the host to the right to manage it, in order, up to the first that fails. */
  test(endpoint: Endpoint, context: Context): Promise<readonly Check[]>;
  /** Logs in to the endpoint's host to make it ready, F-226. `context.signal` ends only the login. Rejects as connect does. */
  setUp?(endpoint: Endpoint, context: Context): Promise<HostSetup>;
}
