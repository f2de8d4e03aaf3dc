/**
 * OpenSSH's patterns (ssh_config(5), PATTERNS): `*`, `?`, and `!` which excludes, regardless of what else matches. Case
 * counts: callers lower the case of host names where OpenSSH does. Patterns come from files and names from users, so the
 * time is bounded by the product of both lengths.
 */
export function matchesPatterns(patterns: readonly string[], name: string): boolean {
  let matches = false;
  for (const pattern of patterns) {
    const negated = pattern.startsWith('!');
    if (!matchesPattern(negated ? pattern.slice(1) : pattern, name)) continue;
    if (negated) return false;
    matches = true;
  }
  return matches;
}

/** A comma-separated list, as in `Match user a,b` and in known_hosts. */
export const matchesPatternList = (list: string, name: string): boolean => matchesPatterns(list.split(','), name);

function matchesPattern(pattern: string, name: string): boolean {
  let at = 0;
  let inName = 0;
  // Where the last star stands, and how much of the name it has taken so far.
  let star = -1;
  let taken = 0;
  while (inName < name.length) {
    const wanted = pattern[at];
    if (wanted === '*') {
      star = at++;
      taken = inName;
    } else if (wanted === '?' || (wanted !== undefined && wanted === name[inName])) {
      at++;
      inName++;
    } else if (star >= 0) {
      at = star + 1;
      inName = ++taken;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
