import { locate, plainOf } from './config/located.ts';
import type { Config } from './config/model.ts';

/** `theme: light` of the configuration. */
export function themeName({ file }: Config): string {
  const name = plainOf(locate(file, ['theme']));
  return typeof name === 'string' ? name : 'dark';
}

/** `mouse: on` of the configuration; off unless it says so, since the terminal's own selection goes with it. */
export function mouseIsOn({ file }: Config): boolean {
  const value = plainOf(locate(file, ['mouse']));
  return value === 'on' || value === true;
}

/** `confirm: { type-count-above: 10 }`: more VMs than this are interrupted only after their count was typed. Undefined: not set. */
export function typeCountAbove({ file }: Config): number | undefined {
  const value = plainOf(locate(file, ['confirm', 'type-count-above']));
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined;
}

/** `audit: required`: nothing is changed that the audit log can't take. */
export const auditIsRequired = ({ file }: Config): boolean => plainOf(locate(file, ['audit'])) === 'required';

/** `plain: true`: lines instead of a screen, for screen readers. */
export const wantsLines = ({ file }: Config): boolean => plainOf(locate(file, ['plain'])) === true;
