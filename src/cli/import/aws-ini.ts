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
    if (/^\s*([#;]|$)/.test(line) || /^\s/.test(line)) continue;
    const title = /^\[\s*([^\]]*?)\s*\]\s*([#;].*)?$/.exec(line)?.[1];
    const pair = /^([^=\s][^=]*?)\s*=\s*(.*)$/.exec(line);
    if (title !== undefined) {
      current = sections.get(title) ?? new Map();
      sections.set(title, current);
    } else if (pair && current) {
      const [, key = '', value = ''] = pair;
      current.set(key.toLowerCase(), value.replace(/\s+[#;].*$/, '').trim());
    } else {
      throw new FleetError('config.invalid', `${path}:${index + 1}:1: this is neither a [section] nor a key = value`);
    }
  }
  return sections;
}
