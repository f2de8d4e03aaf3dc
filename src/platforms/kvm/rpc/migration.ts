/**
 * The procedures of a migration that its client leads (libvirt's protocol 3 with parameters), as data. Each line was tried
 * against libvirtd 9.0. begin and confirm go to the source, prepare and finish to the target, perform to the source.
 */
import { domainCodec, type Procedure } from './protocol.ts';
import { readTypedValue, TYPE } from './typed-value.ts';
import { type Codec, int, list, optional, struct, text, uhyper, uint, type XdrWriter } from './xdr.ts';

/** A value with its name. Numbers above 32 bits are unsigned. */
export interface TypedParam {
  readonly name: string;
  readonly value: number | string;
}

function writeTyped(writer: XdrWriter, value: number | string): void {
  if (typeof value === 'string') {
    writer.i32(TYPE.string);
    text.write(writer, value);
  } else {
    writer.i32(TYPE.ullong);
    writer.u64(value);
  }
}

const param: Codec<TypedParam> = {
  least: 12,
  read: (r) => ({ name: text.read(r), value: readTypedValue(r, 'a parameter', text.read) }),
  write(w, { name, value }) {
    text.write(w, name);
    writeTyped(w, value);
  },
};
const params = list(param);
/** What one side tells the other; only libvirt looks into it. */
const cookie: Codec<Buffer> = {
  least: 4,
  read: (r) => Buffer.from(r.opaque(r.count(1))),
  write(w, value) {
    w.u32(value.length);
    w.opaque(value);
  },
};

const define = <A, R>(number: number, name: string, args: Codec<A>, result: Codec<R>): Procedure<A, R> => ({
  name,
  number,
  args,
  result,
});
const domain = domainCodec;
const nothing: Codec<void> = { least: 0, read: () => undefined, write: () => undefined };

export const migration = {
  abortJob: define(164, 'DOMAIN_ABORT_JOB', struct({ domain }), nothing),
  setMaxDowntime: define(
    166,
    'DOMAIN_MIGRATE_SET_MAX_DOWNTIME',
    struct({ domain, downtimeMs: uhyper, flags: uint }),
    nothing,
  ),
  jobStats: define(298, 'DOMAIN_GET_JOB_STATS', struct({ domain, flags: uint }), struct({ type: int, params })),
  begin: define(
    302,
    'DOMAIN_MIGRATE_BEGIN3_PARAMS',
    struct({ domain, params, flags: uint }),
    struct({ cookie, xml: text }),
  ),
  prepare: define(
    303,
    'DOMAIN_MIGRATE_PREPARE3_PARAMS',
    struct({ params, cookie, flags: uint }),
    struct({ cookie, uri: optional(text) }),
  ),
  perform: define(
    305,
    'DOMAIN_MIGRATE_PERFORM3_PARAMS',
    struct({ domain, target: optional(text), params, cookie, flags: uint }),
    struct({ cookie }),
  ),
  finish: define(
    306,
    'DOMAIN_MIGRATE_FINISH3_PARAMS',
    struct({ params, cookie, flags: uint, cancelled: int }),
    struct({ domain, cookie }),
  ),
  confirm: define(
    307,
    'DOMAIN_MIGRATE_CONFIRM3_PARAMS',
    struct({ domain, params, cookie, flags: uint, cancelled: int }),
    nothing,
  ),
} as const;

/** Flags of a migration. */
export const MIGRATE = {
  live: 1,
  persistDest: 8,
  undefineSource: 16,
  paused: 32,
  copyDisks: 64,
  changeProtection: 256,
  unsafe: 512,
  abortOnError: 4096,
  autoConverge: 8192,
} as const;

/** Names of its parameters. */
export const PARAM = {
  uri: 'migrate_uri',
  name: 'destination_name',
  xml: 'destination_xml',
  savedXml: 'persistent_xml',
  bandwidth: 'bandwidth',
  disks: 'migrate_disks',
} as const;

/** The type of no job. */
export const NO_JOB = 0;

/** DOMAIN_GET_JOB_STATS: of the job that has ended. */
export const JOB_COMPLETED = 1;
