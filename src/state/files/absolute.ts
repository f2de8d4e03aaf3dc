import { resolve } from 'node:path';
import { findHome } from './home-folder.ts';

/** As a shell takes it: `~` is the home, a relative path begins where drover runs. */
export const absolute = (path: string): string => resolve(path.replace(/^~(?=\/|$)/, findHome(process.env) ?? '~'));
