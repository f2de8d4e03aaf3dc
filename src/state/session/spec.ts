import type { EndpointName } from '../../ids.ts';
import type { Endpoint } from '../../platforms/contract.ts';

/** What a session needs to know of an endpoint. */
export interface SessionSpec {
  readonly name: EndpointName;
  readonly platform: string;
  /** Where it points, for people. */
  readonly address: string;
  readonly everyMs: number;
  readonly enabled: boolean;
  readonly readOnly?: string;
  /** Looks the secrets up; rejects with config.secret. */
  resolve(signal: AbortSignal): Promise<Endpoint>;
  /** Its login was refused: what `resolve` remembers may be out of date. */
  rejected(): void;
}
