/** Without `./` before it and without a slash at its end; `why`: it could lead out of its folder, as the end of a sentence. */
export type ArchivePath = { readonly path: string } | { readonly why: string };

/** The path of a file in an archive. Which characters and lengths it may have is for its reader to say. */
export function archivePath(written: string): ArchivePath {
  const path = written.replace(/^(\.\/)+/, '').replace(/\/+$/, '');
  const parts = path.split('/');
  if (written.startsWith('/')) return { why: 'is an absolute path' };
  if (parts.includes('..')) return { why: 'leads out of its folder' };
  if (parts.some((part) => part === '' || part === '.')) return { why: 'is no plain path' };
  return { path };
}
