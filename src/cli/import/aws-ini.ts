/** The files of the AWS tools: https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html. */
import { FleetError } from '../../errors.ts';

/** Keys in lower case, by section as it is named between the brackets. */
export type Sections = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Throws config.invalid with the line of what is neither a section nor a key; it never quotes the line. */
export function readSections(path: string, text: string): Sections {
  const sections = new Map<string, Map<string, string>>();
  let current: Map<string, string> | undefined;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    // What is indented belongs to the key above (`s3 =`), and none of it is needed here.
    if (/^(\s|[#;]|$)/.test(line)) continue;
    const title = titleOf(line);
    const equals = line.indexOf('=');
    if (title !== undefined) {
      current = sections.get(title) ?? new Map();
      sections.set(title, current);
    } else if (equals > 0 && current) {
      const value = line.slice(equals + 1).replace(/\s[#;].*$/, '');
      current.set(line.slice(0, equals).trim().toLowerCase(), value.trim());
    } else {
      throw new FleetError('config.invalid', `${path}:${index + 1}:1: this is neither a [section] nor a key = value`);
    }
  }
  return sections;
}

/** What stands between the brackets, if nothing but a comment is behind them. */
function titleOf(line: string): string | undefined {
  const end = line.indexOf(']');
  if (!line.startsWith('[') || end < 0) return undefined;
  return /^\s*([#;]|$)/.test(line.slice(end + 1)) ? line.slice(1, end).trim() : undefined;
}
