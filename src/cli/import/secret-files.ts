import { chmod, mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FleetError } from '../../errors.ts';
import { errnoOf, fileTrouble } from '../../state/files/file-trouble.ts';

/** Secrets of an endpoint, each in a file of its own below the directory of the configuration, for its owner alone. */
export interface SecretFiles {
  /** What the configuration says of it: `file:secrets/pve1.password`. */
  reference(endpoint: string, field: string): string;
  /** Undefined when there is none, or none that can be read. */
  read(endpoint: string, field: string): Promise<string | undefined>;
  /**
   * Writes all of them, never over another secret. Answers how to take back what was written.
   * Rejects with op.failed, and then none of them is there.
   */
  write(endpoint: string, secrets: Readonly<Record<string, string>>): Promise<() => Promise<void>>;
}

const FOLDER = 'secrets';

export function createSecretFiles(configPath: string): SecretFiles {
  const nameOf = (endpoint: string, field: string) => `${FOLDER}/${endpoint}.${field}`;
  const fileOf = (endpoint: string, field: string) => join(dirname(configPath), nameOf(endpoint, field));
  // The reader of `file:` takes one line break away.
  const read: SecretFiles['read'] = (endpoint, field) =>
    readFile(fileOf(endpoint, field), 'utf8').then(
      (text) => text.replace(/\r?\n$/, ''),
      () => undefined,
    );

  return {
    reference: (endpoint, field) => `file:${nameOf(endpoint, field)}`,
    read,
    async write(endpoint, secrets) {
      const made: string[] = [];
      const takeBack = async () => {
        for (const file of made) await rm(file, { force: true }).catch(() => undefined);
      };
      for (const [field, secret] of Object.entries(secrets)) {
        const file = fileOf(endpoint, field);
        try {
          await mkdir(dirname(file), { recursive: true, mode: 0o700 });
          const handle = await open(file, 'wx', 0o600);
          made.push(file);
          try {
            await handle.writeFile(`${secret}\n`);
            await handle.sync();
          } finally {
            await handle.close();
          }
        } catch (error) {
          if (errnoOf(error) === 'EEXIST' && (await read(endpoint, field)) === secret) {
            await chmod(file, 0o600);
            continue;
          }
          await takeBack();
          throw new FleetError('op.failed', `${file} could not be written: ${fileTrouble(error)}`, { cause: error });
        }
      }
      return takeBack;
    },
  };
}
