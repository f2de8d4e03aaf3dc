/** Lists of checksums that makers of images publish beside them. */
import { FleetError } from '../errors.ts';

/** `HEX  NAME` or `HEX *NAME`, as sha256sum and sha512sum write them. */
const GNU = /^([0-9a-f]{64}|[0-9a-f]{128}) [ *](.+)$/i;
/** `SHA256 (NAME) = HEX`, as they write them with --tag. */
const TAGGED = /^SHA(?:256|512) \((.+)\) = ([0-9a-f]{64}|[0-9a-f]{128})$/i;
const SHA256_DIGITS = 64;

/** `sha256:…` of this file. Throws op.failed where the list does not have it, or twice with another one. */
export function checksumIn(list: string, file: string, source: string): string {
  const found = new Set<string>();
  for (const line of list.split(/\r?\n/)) {
    const [, hex, name] = GNU.exec(line) ?? [];
    const [, tagged, taggedHex] = TAGGED.exec(line) ?? [];
    if (name === file && hex !== undefined) found.add(hex.toLowerCase());
    if (tagged === file && taggedHex !== undefined) found.add(taggedHex.toLowerCase());
  }
  const [only] = found;
  if (only === undefined || found.size > 1)
    throw new FleetError(
      'op.failed',
      `${source} ${only === undefined ? 'has no checksum' : 'has two checksums'} of ${file}`,
    );
  return `${only.length === SHA256_DIGITS ? 'sha256' : 'sha512'}:${only}`;
}
