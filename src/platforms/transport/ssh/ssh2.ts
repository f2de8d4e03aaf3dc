/** ssh2 takes a tenth of a second and 17 MiB: it comes in when the first endpoint needs it. */
export type Ssh2 = typeof import('ssh2');

export const loadSsh2 = async (): Promise<Ssh2> => (await import('ssh2')).default;
