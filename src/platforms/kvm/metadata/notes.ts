/** What the details of a guest show of kcli's element, as labels and values. */
import { knownUserOf } from '../../../login-user.ts';
import { type KcliMetadata, readKcliMetadata } from '../xml/metadata.ts';
import { readTexts } from './texts.ts';

export interface Notes extends KcliMetadata {
  readonly lines: readonly (readonly [string, string | undefined])[];
}

/** Shown elsewhere, or under a label of its own. */
const KNOWN: ReadonlySet<string> = new Set(
  'plan profile image creationdate ip owner user domain kube kubetype'.split(' '),
);

/** `xml` as DOMAIN_GET_METADATA gives it. */
export async function readNotes(xml: string): Promise<Notes> {
  const [kcli, texts] = await Promise.all([readKcliMetadata(xml), readTexts(xml)]);
  return {
    ...kcli,
    lines: [
      ['Owner', kcli.owner],
      ['User', userOf(kcli)],
      ['Domain', kcli.domain],
      ['Kubernetes', [kcli.kube, kcli.kubetype].filter(Boolean).join(', ')],
      ...Object.entries(texts).flatMap(([key, text]) =>
        KNOWN.has(key) ? [] : [['Metadata', `${key}=${text}`] as const],
      ),
    ],
  };
}

/** Who logs in: as it is written down, or as images of such a name have it, which is said. */
function userOf({ user, image = '' }: KcliMetadata): string | undefined {
  if (user !== undefined) return user;
  const usual = knownUserOf(image);
  return usual && `${usual}, by the name of its image`;
}
