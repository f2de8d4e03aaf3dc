import { locate, plainOf } from './config/located.ts';
import type { Config } from './config/model.ts';

/** `theme: light` of the configuration. */
export function themeName({ file }: Config): string {
  const name = plainOf(locate(file, ['theme']));
  return typeof name === 'string' ? name : 'dark';
}

/** `keys: { vm.start: x, view.quit: [q, f10] }` of the configuration, by action. */
export function keyOverrides({ file }: Config): ReadonlyMap<string, readonly string[]> {
  const keys = plainOf(locate(file, ['keys']));
  if (typeof keys !== 'object' || keys === null || Array.isArray(keys)) return new Map();
  return new Map(
    Object.entries(keys).map(([action, given]) => [action, (Array.isArray(given) ? given : [given]).map(String)]),
  );
}
