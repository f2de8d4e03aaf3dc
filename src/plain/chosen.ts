/** The place of what was typed: its number, or the only one that begins so. */
export function chosenOf(labels: readonly string[], typed: string): number | undefined {
  const word = typed.trim().toLowerCase();
  if (/^\d+$/.test(word)) return labels[Number(word) - 1] === undefined ? undefined : Number(word) - 1;
  const exact = labels.findIndex((label) => label.toLowerCase() === word);
  if (exact >= 0) return exact;
  const found = labels.flatMap((label, at) => (label.toLowerCase().startsWith(word) ? [at] : []));
  return found.length === 1 ? found[0] : undefined;
}
