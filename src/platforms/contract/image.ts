/** What VMs are made of: images, and the sizes that they come in. */
import type { EndpointName, ImageId } from '../../ids.ts';
import type { Bytes } from '../../units.ts';
import type { Accepted } from './accepted.ts';
import type { LossPlan } from './delete-plan.ts';
import type { Flavor, Image } from './listed-objects.ts';

export interface ImageSpec {
  /** Unique within the endpoint: one that is there already is an op.conflict. */
  readonly name: string;
  /** Where the platform gets it: http or https. */
  readonly url: string;
  /** The name of the storage; empty where images are in none. */
  readonly storage: string;
  /** What the file must be, before it is unpacked: `sha256:…`, `sha512:…`. */
  readonly checksum?: string;
  /** What it is converted to: `qcow2`, `raw`. */
  readonly format?: string;
  /** What a guest sees, where that is to be larger than it comes. */
  readonly size?: Bytes;
}

export interface ImageOps {
  list?(of: EndpointName, signal: AbortSignal): Promise<readonly Image[]>;
  /**
   * What is compressed is unpacked. Rejects with op.failed for a file with another checksum. A failure leaves nothing, or names what is
   * left.
   */
  create?(of: EndpointName, spec: ImageSpec, signal: AbortSignal): Promise<Accepted & { readonly id?: ImageId }>;
  /** `refused` names the VMs that need it. */
  planDelete?(id: ImageId, signal: AbortSignal): Promise<LossPlan>;
  /** Rejects with op.refused while a VM needs it, as the base of its disk. */
  delete?(id: ImageId, signal: AbortSignal): Promise<Accepted>;
}

export interface FlavorOps {
  list?(of: EndpointName, signal: AbortSignal): Promise<readonly Flavor[]>;
}
