/** The blocks of docs/plugins.md that have a name behind their language, as ```json drover-plugin.json. */
import { readFile } from 'node:fs/promises';

const BLOCK = /^```\w+ (\S+)\n(.*?)^```$/gms;

export async function guideBlocks(): Promise<Readonly<Record<string, string>>> {
  const guide = await readFile(new URL('../../docs/plugins.md', import.meta.url), 'utf8');
  return Object.fromEntries([...guide.matchAll(BLOCK)].map(([, name = '', text = '']) => [name, text]));
}
