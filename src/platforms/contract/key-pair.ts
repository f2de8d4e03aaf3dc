/** Public SSH keys that new VMs are given, by name. */
import type { EndpointName, KeyPairId } from '../../ids.ts';
import type { Accepted } from './accepted.ts';
import type { Listed } from './base.ts';
import type { LossPlan } from './delete-plan.ts';

export interface KeyPair extends Listed<'keypair'> {
  /** `ed25519`, `rsa`, or the platform's own word. */
  readonly type: string | undefined;
  /** As the platform computes it. */
  readonly fingerprint: string | undefined;
  /** Epoch, ms. */
  readonly created: number | undefined;
}

export interface KeyPairSpec {
  /** Unique within the endpoint: one that is there already is an op.conflict. */
  readonly name: string;
  /** One line, as in a file `id_ed25519.pub`. Private keys never go to a platform, and never come from one. */
  readonly publicKey: string;
}

export interface KeyPairOps {
  list?(of: EndpointName, signal: AbortSignal): Promise<readonly KeyPair[]>;
  /** Rejects with op.refused for what is no public key, or of a type that the platform can't take. */
  create?(of: EndpointName, spec: KeyPairSpec, signal: AbortSignal): Promise<Accepted & { readonly id?: KeyPairId }>;
  /** VMs that were made with it keep it: they are named as what stays. */
  planDelete?(id: KeyPairId, signal: AbortSignal): Promise<LossPlan>;
  delete?(id: KeyPairId, signal: AbortSignal): Promise<Accepted>;
}
