import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FleetError } from '../../errors.ts';
import { builtInThemes } from './built-in-themes.ts';
import { type ColourLevel, opening, type WordStyle } from './theme-colours.ts';
import { COLOUR_WORDS, type ColourWord, type ThemeFile } from './theme-file.ts';

export interface Theme {
  readonly name: string;
  /** The text in this word's colours (SGR), reset behind it. For plain text, cleaned before; painted text does not nest. */
  paint(word: ColourWord, text: string): string;
}

const RESET = '\x1b[0m';
const BASE = 'dark';

/**
 * The theme of this name as this terminal can show it: one of drover's own, else NAME.yaml of the user's folder, where
 * there is one. Rejects with config.invalid, naming the file.
 */
export async function loadTheme(name: string, level: ColourLevel, folder?: string): Promise<Theme> {
  const own = builtInThemes[name];
  const { file, where } = own ? { file: own, where: name } : await readTheme(name, folder);
  const base = builtInThemes[file.base ?? BASE];
  if (!base) throw new FleetError('config.invalid', `${where}: there is no theme ${file.base} to be its base`);
  const words: Partial<Record<ColourWord, WordStyle>> = { ...base.words, ...file.words };
  const opens = new Map(
    COLOUR_WORDS.map((word) => [word, opening(words[word] ?? {}, level, `${where}: ${word}`)] as const),
  );
  return {
    name,
    paint(word, text) {
      const open = opens.get(word);
      return open && text !== '' ? open + text + RESET : text;
    },
  };
}

/** What can be worn on this terminal. */
export interface Themes {
  names(): Promise<readonly string[]>;
  /** Rejects with config.invalid. */
  load(name: string): Promise<Theme>;
}

/** Where users put themes of their own: beside their configuration. It need not be there. */
export const themesFolder = (configPath: string): string => join(dirname(configPath), 'themes');

export const createThemes = (level: ColourLevel, folder: string): Themes => ({
  names: () => themeNames(folder),
  load: (name) => loadTheme(name, level, folder),
});

/** The themes that there are: drover's own, then those in the user's folder. */
export async function themeNames(folder?: string): Promise<readonly string[]> {
  const own = Object.keys(builtInThemes);
  return [...own, ...(await namesIn(folder)).filter((name) => !own.includes(name))];
}

async function namesIn(folder: string | undefined): Promise<readonly string[]> {
  if (folder === undefined) return [];
  const files = await readdir(folder).catch(() => []);
  return files.flatMap((file) => (file.endsWith('.yaml') ? [file.slice(0, -'.yaml'.length)] : [])).sort();
}

async function readTheme(
  name: string,
  folder: string | undefined,
): Promise<{ readonly file: ThemeFile; readonly where: string }> {
  const names = await themeNames(folder);
  if (folder === undefined || !names.includes(name)) {
    throw new FleetError('config.invalid', `there is no theme ${name}`, { fix: `themes are ${names.join(', ')}` });
  }
  const where = join(folder, `${name}.yaml`);
  const [{ parse }, text] = await Promise.all([import('yaml'), readFile(where, 'utf8')]);
  return { file: themeFile(parsed(parse, text, where), where), where };
}

function parsed(parse: (text: string) => unknown, text: string, where: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    throw new FleetError('config.invalid', `${where}: ${(cause as Error).message}`, { cause });
  }
}

/** Users write these: an unknown word is reported, not left out silently. */
function themeFile(found: unknown, where: string): ThemeFile {
  const words = isRecord(found) ? (found['words'] ?? {}) : undefined;
  if (!isRecord(found) || !isRecord(words)) {
    throw new FleetError('config.invalid', `${where}: a theme is words with their colours`, {
      fix: 'drover help colours shows the words',
    });
  }
  for (const [word, style] of Object.entries(words)) {
    if (!isColourWord(word)) throw new FleetError('config.invalid', `${where}: there is no word ${word}`);
    if (!isRecord(style)) throw new FleetError('config.invalid', `${where}: ${word} is like { colour: '#58a6ff' }`);
  }
  const { base } = found;
  return { words, ...(typeof base === 'string' && { base }) };
}

const isRecord = (found: unknown): found is Readonly<Record<string, unknown>> =>
  typeof found === 'object' && found !== null && !Array.isArray(found);

const isColourWord = (word: string): word is ColourWord => (COLOUR_WORDS as readonly string[]).includes(word);
