const SENTENCES: Readonly<Record<string, string>> = {
  ENOENT: 'it is not there',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file size limit is reached',
  EEXIST: 'a file of that name is in the way',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of its path is not a directory',
  ELOOP: 'its symbolic links go round in circles',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  EFTYPE: 'it is no regular file',
  EIO: 'the disk reports an input/output error',
};

/** The code of an error from the operating system, as `ENOSPC`; undefined for anything else. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Why a file could not be read or written, to follow a colon. Anything that is not the file system's is thrown on. */
export function fileTrouble(error: unknown): string {
  const code = errnoOf(error);
  if (code === undefined) throw error;
  return SENTENCES[code] ?? code;
}
