import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Of the package that this program is, `0.1.0`. Its package.json stands some folders above both sources and built files. */
export function programVersion(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (existsSync(file)) {
      const found: { name?: string; version?: string } = JSON.parse(readFileSync(file, 'utf8'));
      if (found.name === 'drover' && found.version !== undefined) return found.version;
    }
    if (folder === dirname(folder)) return 'unknown';
  }
}
