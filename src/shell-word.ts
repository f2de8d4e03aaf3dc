/** One word of a POSIX shell that stands for this text, quoted where it has to be. */
export const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** A command line that can be pasted into a shell. */
export const commandLine = (argv: readonly string[]): string => argv.map(shellWord).join(' ');
