/** Names of files: eight letters and three for those who read ISO 9660 alone, as they are for Joliet. */
import { ucs2 } from './descriptor.ts';

/** `user-data` becomes `USER_DAT.;1`; a second one that would be called the same gets a number. */
export function isoNames(names: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const dot = name.lastIndexOf('.');
    const [base, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot + 1)] : [name, ''];
    const letters = (text: string, most: number) =>
      text
        .toUpperCase()
        .replace(/[^A-Z0-9_]/g, '_')
        .slice(0, most);
    for (let number = 0; ; number += 1) {
      const tail = number === 0 ? '' : String(number);
      const short = `${letters(base, 8 - tail.length)}${tail}.${letters(ending, 3)};1`;
      if (taken.has(short)) continue;
      taken.add(short);
      return short;
    }
  });
}

/** 64 characters of two bytes each; Joliet takes none of these signs, and no half of a pair. */
export function jolietName(name: string): Buffer {
  if (!/^[^\p{Cc}\p{Cs}*/:;?\\\u{10000}-\u{10ffff}]{1,64}$/u.test(name))
    throw new RangeError(`no name of a file on an ISO: ${JSON.stringify(name)}`);
  return ucs2(name);
}
