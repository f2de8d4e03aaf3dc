import { locate, plainOf } from './config/located.ts';
import type { Config } from './config/model.ts';

/** `theme: light` of the configuration. */
export function themeName({ file }: Config): string {
  const name = plainOf(locate(file, ['theme']));
  return typeof name === 'string' ? name : 'dark';
}
