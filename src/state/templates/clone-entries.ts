import type { Entry } from './archive/entries.ts';
import { TEMPLATE_FILE, VERSIONS_FOLDER } from './scan.ts';
import { FIRST_VERSION } from './template.ts';
import { withSettings } from './with-settings.ts';

/** The files of a template as those of another one, which begins with version 1.0 and has no older ones. */
export const cloneEntries = (entries: readonly Entry[]): Promise<readonly Entry[]> =>
  Promise.all(
    entries
      .filter(({ path }) => !path.startsWith(`${VERSIONS_FOLDER}/`))
      .map(async (one) => (one.path === TEMPLATE_FILE ? { ...one, bytes: await inFirstVersion(one.bytes) } : one)),
  );

async function inFirstVersion(bytes: Uint8Array): Promise<Uint8Array> {
  const text = Buffer.from(bytes).toString('utf8');
  return Buffer.from(await withSettings(TEMPLATE_FILE, text, { vm: {}, variables: {}, version: FIRST_VERSION }));
}
