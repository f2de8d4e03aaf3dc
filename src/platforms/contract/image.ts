/** What VMs are made of: images, and the sizes that they come in. */
import type { EndpointName, ImageId } from '../../ids.ts';
import type { Bytes } from '../../units.ts';
import type { Accepted } from './accepted.ts';
import type { LossPlan } from './delete-plan.ts';
import type { Flavor, Image } from './listed-objects.ts';
import type { Destination, Source } from './transfer.ts';

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

export interface ImageUploadSpec {
  /** Unique within the endpoint: one that is there already is an op.conflict. */
  readonly name: string;
  /** The name of the storage; empty where images are in none. */
  readonly storage: string;
}

/** Only what is to change. */
export interface ImageChanges {
  readonly name?: string;
  /** Whether other projects may use it. */
  readonly public?: boolean;
  /** Whether it can't be deleted. */
  readonly protected?: boolean;
  /** Words that its platform reads, or keeps; an empty one is taken away. Those that are not named stay. */
  readonly properties?: Readonly<Record<string, string>>;
}

export interface ImageOps {
  list?(of: EndpointName, signal: AbortSignal): Promise<readonly Image[]>;
  /**
   * What is compressed is unpacked. Rejects with op.failed for a file with another checksum. A failure leaves nothing, or names what is
   * left.
   */
  create?(of: EndpointName, spec: ImageSpec, signal: AbortSignal): Promise<Accepted & { readonly id?: ImageId }>;
  /**
   * A file of this machine as a new image, in the format that its first bytes say; resolves when the other side has all of it and can
   * use it. A refusal, a cancel and a lost link leave nothing, or what is left is named. What is compressed is an op.refused.
   */
  upload?(
    of: EndpointName,
    spec: ImageUploadSpec,
    source: Source,
    signal: AbortSignal,
  ): Promise<Accepted & { readonly id?: ImageId }>;
  /** The file that it is. What is in `to` is gone on with when its last MiB is that of the image, else cleared. */
  download?(id: ImageId, to: Destination, signal: AbortSignal): Promise<Accepted>;
  /** All of it, or nothing. Rejects with op.refused for a property that the platform keeps for itself. */
  update?(id: ImageId, changes: ImageChanges, signal: AbortSignal): Promise<Accepted>;
  /** `refused` names the VMs that need it. */
  planDelete?(id: ImageId, signal: AbortSignal): Promise<LossPlan>;
  /** Rejects with op.refused while a VM needs it, as the base of its disk. */
  delete?(id: ImageId, signal: AbortSignal): Promise<Accepted>;
}

export interface FlavorOps {
  list?(of: EndpointName, signal: AbortSignal): Promise<readonly Flavor[]>;
}
