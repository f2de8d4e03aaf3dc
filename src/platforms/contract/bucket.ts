/** Places for files beside VMs, and the files in them: object storage. */
import type { BucketId, EndpointName, FileId } from '../../ids.ts';
import type { Bytes } from '../../units.ts';
import type { Accepted } from './accepted.ts';
import type { Listed } from './base.ts';
import type { LossPlan } from './delete-plan.ts';
import type { Destination, Source } from './transfer.ts';

export interface Bucket extends Listed<'bucket'> {
  /** Epoch, ms. */
  readonly created: number | undefined;
  /** Where it is, in the platform's word. */
  readonly region: string | undefined;
  /** Whether anyone can read its files. */
  readonly public: boolean | undefined;
  /** How many files are in it, and what they take; undefined where only counting them would tell. */
  readonly files: number | undefined;
  readonly size: Bytes | undefined;
}

export interface BucketSpec {
  /** One that is there already is an op.conflict; on some platforms also one of another account. */
  readonly name: string;
  readonly public: boolean;
  readonly plan?: string;
}

export interface BucketDeleteOptions {
  /** What is in it, too. Without it only an empty one is deleted. */
  readonly files: boolean;
}

export interface BucketOps {
  list?(of: EndpointName, signal: AbortSignal): Promise<readonly Bucket[]>;
  create?(of: EndpointName, spec: BucketSpec, signal: AbortSignal): Promise<Accepted & { readonly id?: BucketId }>;
  /** Lets anyone read its files, or only those who may. */
  update?(id: BucketId, changes: { readonly public: boolean }, signal: AbortSignal): Promise<Accepted>;
  /** `goes` counts the files; `refused` says that there are some, where they are not to go. */
  planDelete?(id: BucketId, options: BucketDeleteOptions, signal: AbortSignal): Promise<LossPlan>;
  /** Rejects with op.refused for one with files that are not to go. */
  delete?(id: BucketId, options: BucketDeleteOptions, signal: AbortSignal): Promise<Accepted>;
}

/** Its name is its whole path in the bucket: `2026/november/report.pdf`. */
export interface BucketFile extends Listed<'file'> {
  /** The name of its bucket. */
  readonly bucket: string;
  readonly size: Bytes | undefined;
  /** Epoch, ms. */
  readonly modified: number | undefined;
  /** The platform's own word: `image/png`, `STANDARD`. */
  readonly type: string | undefined;
}

export interface FileSpec {
  readonly name: string;
  /** Anyone can read it. */
  readonly public: boolean;
  /** Write over one of that name; else that is an op.conflict. */
  readonly overwrite: boolean;
  /** Kept with the file. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface FileOps {
  /** Of a bucket with very many the first of them, and a row with `unread` that says so. */
  list?(of: BucketId, signal: AbortSignal): Promise<readonly BucketFile[]>;
  /** Resolves when the other side has all of it; a refusal, a cancel and a lost link leave nothing. */
  upload?(
    of: BucketId,
    spec: FileSpec,
    source: Source,
    signal: AbortSignal,
  ): Promise<Accepted & { readonly id?: FileId }>;
  /**
   * What is in `to` is gone on with when its last MiB is that of the file, else cleared. Rejects with op.conflict when it becomes another
   * one meanwhile.
   */
  download?(id: FileId, to: Destination, signal: AbortSignal): Promise<Accepted>;
  /** `answer` is an address by which anyone can read the file for that long. Changes nothing. */
  link?(id: FileId, options: { readonly seconds: number }, signal: AbortSignal): Promise<Accepted>;
  planDelete?(id: FileId, signal: AbortSignal): Promise<LossPlan>;
  delete?(id: FileId, signal: AbortSignal): Promise<Accepted>;
}
