/** Words that dnsmasq's files hold: what could be anything else there is not written. */
import { type Cidr, cidrOf } from './cidr.ts';

/** One address alone; undefined for what is none. */
export const addressOf = (text: string): Cidr | undefined => cidrOf(text, text.includes(':') ? 128 : 32);

const LONGEST_NAME = 253;
const ofLabels = (label: string): RegExp => new RegExp(`^${label}(\\.${label})*$`);
const DOMAIN = ofLabels('[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?');
const NAME = ofLabels('[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?');

/** A domain or the name of a host, of one label or several. */
export const isDomain = (text: string): boolean => text.length <= LONGEST_NAME && DOMAIN.test(text);
/** A name of a record without an address, which may have `_acme-challenge` in it. */
export const isRecordName = (text: string): boolean => text.length <= LONGEST_NAME && NAME.test(text);
