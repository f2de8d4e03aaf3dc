/** What `--config` says on a line that is not read yet; undefined where it is not there. */
export function configFlagIn(words: readonly string[]): string | undefined {
  const inline = words.find((word) => word.startsWith('--config='))?.slice('--config='.length);
  const at = words.indexOf('--config');
  return inline ?? (at < 0 ? undefined : words[at + 1]);
}
