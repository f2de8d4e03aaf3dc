/**
 * Fields of endpoints and settings that several manifests have: key, label, kind and checks are written once, the help is each
 * platform's own. Manifests are always loaded: this file imports types alone.
 */
import type { EndpointField, SettingsField } from '../contract.ts';

type More = Partial<Pick<EndpointField, 'env' | 'advanced' | 'when'>>;

/** `signed`: what the authority has signed, with what else there is to be said: `host.`. */
export const caField = (signed: string, more: More = {}): EndpointField => ({
  key: 'ca',
  label: 'Authority',
  help: `PEM file of the private authority that signed the ${signed}`,
  kind: 'path',
  ...more,
});

/** SHA-256 of a pinned certificate. */
export const fingerprintField = (help: string, more: More = {}): EndpointField => ({
  key: 'fingerprint',
  label: 'Fingerprint',
  help,
  kind: 'text',
  pattern: {
    source: '^\\s*([0-9A-Fa-f]{2}:?){32}\\s*$',
    complaint: 'a fingerprint is 32 bytes in hex, such as 17:F1:B6:…',
  },
  ...more,
});

/** `what` may be unprotected, and what everybody on the way can read of it then: `http://`, `the login`. */
export const insecureHttpField = (what: string, read: string): EndpointField => ({
  key: 'insecure',
  label: 'Unprotected HTTP',
  help: `Allow ${what} to another machine, where everybody on the way can read ${read}.`,
  kind: 'flag',
  default: false,
  advanced: true,
});

export const passwordField = (help: string, more: More = {}): EndpointField => ({
  key: 'password',
  label: 'Password',
  help,
  kind: 'text',
  sensitive: true,
  ...more,
});

type Effect = Pick<SettingsField, 'in' | 'takesEffect'>;

/** Saved and running settings can be changed, and it counts at once. */
export const CHANGES_NOW: Effect = { in: { 'edit-config': 'write', 'edit-running': 'write' }, takesEffect: 'now' };
/** The same, and a new VM gets it. */
export const ALWAYS: Effect = { ...CHANGES_NOW, in: { ...CHANGES_NOW.in, provision: 'write' } };
/** Only what is saved can be changed, and it counts from the next start on. */
export const CHANGES_AT_START: Effect = {
  in: { 'edit-config': 'write', 'edit-running': 'read' },
  takesEffect: 'restart',
};

/** In bytes, as are `min`, `max` and `default`, which is what a new VM has. */
export const memorySetting = (
  help: string,
  range: { readonly min: number; readonly max?: number; readonly default?: number },
  effect: Effect,
): SettingsField => ({
  key: 'memory',
  label: 'Memory',
  help,
  kind: 'bytes',
  required: true,
  ...range,
  ...effect,
  examples: ['4GiB'],
});

/** `ofNew`: how many a new VM has. */
export const vcpusSetting = (help: string, max: number, effect: Effect, ofNew?: number): SettingsField => ({
  key: 'vcpus',
  label: 'vCPUs',
  help,
  kind: 'count',
  required: true,
  min: 1,
  max,
  ...(ofNew !== undefined && { default: ofNew }),
  ...effect,
});

export const autostartSetting = (help: string, effect: Effect): SettingsField => ({
  key: 'autostart',
  label: 'Autostart',
  help,
  kind: 'flag',
  ...effect,
});

export const descriptionSetting = (label: string, help: string, effect: Effect): SettingsField => ({
  key: 'description',
  label,
  help,
  kind: 'text',
  ...effect,
});
