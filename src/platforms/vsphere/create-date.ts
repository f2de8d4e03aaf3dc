import type { XmlElement } from '../transport/xml.ts';
import type { Session } from './session.ts';

/** When VMs began to remember when they were made. */
const CREATE_DATE = { since: [6, 7], path: 'config.createDate' } as const;

/** These paths and that one, where the server knows it: it refuses the whole question for one word that it doesn't know. */
export function withCreateDate({ content }: Session, paths: readonly string[]): readonly string[] {
  const [major = 0, minor = 0] = content.apiVersion.split('.').map(Number);
  const [sinceMajor, sinceMinor] = CREATE_DATE.since;
  const known = major > sinceMajor || (major === sinceMajor && minor >= sinceMinor);
  return known ? [...paths, CREATE_DATE.path] : paths;
}

/** Epoch, ms. */
export function madeAt(values: ReadonlyMap<string, XmlElement>): number | undefined {
  const made = Date.parse(values.get(CREATE_DATE.path)?.text ?? '');
  return Number.isNaN(made) ? undefined : made;
}
