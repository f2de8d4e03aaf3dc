import type { EndpointName } from '../../ids.ts';
import type { Endpoint, Vm } from '../../platforms/contract.ts';

/** What a session needs to know of an endpoint. */
export interface SessionSpec {
  readonly name: EndpointName;
  readonly platform: string;
  /** Where it points, for people. */
  readonly address: string;
  /** How often samples come. */
  readonly everyMs: number;
  /** How long nothing may come, not counting what answers take, before rows are stale; at least `everyMs`. */
  readonly silentMs: number;
  readonly enabled: boolean;
  readonly readOnly?: string;
  /** Which of its VMs are there for drover; all where absent. */
  readonly shows?: (vm: Vm) => boolean;
  /** Looks the secrets up; rejects with config.secret. */
  resolve(signal: AbortSignal): Promise<Endpoint>;
  /** Its login was refused: what `resolve` remembers may be out of date. */
  rejected(): void;
}
