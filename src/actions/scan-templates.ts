import type { Scanned } from '../state/templates/template.ts';
import type { Services } from './services.ts';

/** Looks what is in the template library now, and shows that in the tree. Never rejects: what is wrong is among the problems. */
export async function scanTemplates({ store, templates }: Pick<Services, 'store' | 'templates'>): Promise<Scanned> {
  const library = await templates().scan();
  store.setLibrary(library);
  return library;
}
