/**
 * Reads the reply of CONNECT_GET_ALL_DOMAIN_STATS. A host with a thousand guests sends half a megabyte of named values,
 * of which drover wants ten per guest: the others are stepped over without making anything of them.
 */
import { readTypedValue } from './typed-value.ts';
import { createXdrReader, type XdrReader } from './xdr.ts';

export interface DomainStats {
  readonly name: string;
  readonly uuid: Buffer;
  /** -1 while it doesn't run. */
  readonly id: number;
  /** NaN where the daemon didn't report it, which is how a guest that hangs looks (NOWAIT). */
  readonly state: number;
  readonly reason: number;
  /** KiB in the guest, when it reports. */
  readonly balloonAvailable: number;
  readonly balloonUsable: number;
  /** Whether the guest's monitor answered: `balloon.*` beyond what the daemon itself knows. */
  readonly monitorAnswered: boolean;
  /** Totals over all devices, in bytes since the start; NaN when no device reports them. */
  readonly blockRead: number;
  readonly blockWritten: number;
  /** What all disks can hold, without media. */
  readonly blockCapacity: number;
  /** How many that are. */
  readonly blockCount: number;
  readonly netReceived: number;
  readonly netSent: number;
  readonly netCount: number;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** First letters of state., balloon., block. and net. */
const WANTED: ReadonlySet<number> = new Set(Array.from('sbn', (letter) => letter.charCodeAt(0)));

/** Throws XdrError for a reply that can't be one. */
export function* readDomainStats(body: Buffer): Generator<DomainStats> {
  const reader = createXdrReader(body);
  for (let records = reader.count(28); records > 0; records--) yield readRecord(reader);
}

function readRecord(reader: XdrReader): DomainStats {
  const stats: Mutable<DomainStats> = {
    name: reader.utf8(reader.count(1)),
    uuid: Buffer.from(reader.opaque(16)),
    id: reader.i32(),
    state: Number.NaN,
    reason: Number.NaN,
    balloonAvailable: Number.NaN,
    balloonUsable: Number.NaN,
    monitorAnswered: false,
    blockRead: Number.NaN,
    blockWritten: Number.NaN,
    blockCapacity: Number.NaN,
    blockCount: 0,
    netReceived: Number.NaN,
    netSent: Number.NaN,
    netCount: Number.NaN,
  };
  // Of the block device that is a medium, the one whose path came last: `block.1.capacity`.
  let ofMedium = '';
  for (let params = reader.count(12); params > 0; params--) {
    const length = reader.count(1);
    // Two thirds of the names begin with another letter, and are never made a string.
    if (!WANTED.has(reader.peek())) {
      reader.skip(length);
      readValue(reader);
      continue;
    }
    const field = reader.latin1(length);
    if (field.endsWith(PATH)) {
      const isMedium = readTypedValue(reader, 'a statistic', readIsMedium) === true;
      if (isMedium) ofMedium = `${field.slice(0, -PATH.length)}.capacity`;
    } else if (field === ofMedium) readValue(reader);
    else keep(stats, field, readValue(reader));
  }
  return stats;
}

const PATH = '.path';
/** The daemon does not say which device is a drive: a file that is called so is a medium. */
const readIsMedium = (reader: XdrReader): boolean => /\.iso$/i.test(reader.latin1(reader.count(1)));

const readValue = (reader: XdrReader): number => readTypedValue(reader, 'a statistic', stepOverText);

function stepOverText(reader: XdrReader): number {
  reader.skip(reader.count(1));
  return Number.NaN;
}

const plus = (sum: number, value: number): number => (Number.isNaN(sum) ? value : sum + value);

function keep(stats: Mutable<DomainStats>, field: string, value: number): void {
  if (field === 'state.state') stats.state = value;
  else if (field === 'state.reason') stats.reason = value;
  else if (field.startsWith('balloon.')) keepBalloon(stats, field, value);
  else if (field.startsWith('block.')) {
    if (field.endsWith('.rd.bytes')) stats.blockRead = plus(stats.blockRead, value);
    else if (field.endsWith('.wr.bytes')) stats.blockWritten = plus(stats.blockWritten, value);
    else if (field.endsWith('.capacity')) {
      stats.blockCapacity = plus(stats.blockCapacity, value);
      stats.blockCount++;
    }
  } else if (field.startsWith('net.')) {
    if (field.endsWith('.rx.bytes')) stats.netReceived = plus(stats.netReceived, value);
    else if (field.endsWith('.tx.bytes')) stats.netSent = plus(stats.netSent, value);
    else if (field === 'net.count') stats.netCount = value;
  }
}

function keepBalloon(stats: Mutable<DomainStats>, field: string, value: number): void {
  if (field === 'balloon.available') stats.balloonAvailable = value;
  else if (field === 'balloon.usable') stats.balloonUsable = value;
  // The daemon knows current and maximum by itself; everything else came from the monitor.
  if (field !== 'balloon.current' && field !== 'balloon.maximum') stats.monitorAnswered = true;
}
