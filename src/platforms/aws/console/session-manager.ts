/** Session Manager, which reaches a shell in an instance without an address: the aws command opens it, with Amazon's plugin. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { shellWord } from '../../../shell-word.ts';

const PLUGIN = 'session-manager-plugin';

export interface SessionPlace {
  readonly region: string;
  /** Of ~/.aws/config, where the endpoint names one. */
  readonly profile: string | undefined;
}

/** Whether the aws command can open sessions on this machine. */
export async function hasSessionManager(env: Readonly<Record<string, string | undefined>>): Promise<boolean> {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const found = await Promise.all(['aws', PLUGIN].map((program) => isThere(folders, program)));
  return !found.includes(false);
}

const isThere = async (folders: readonly string[], program: string): Promise<boolean> => {
  const tried = await Promise.all(
    folders.map((folder) =>
      access(join(folder, program), constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  );
  return tried.includes(true);
};

/** What a user types in a shell to get into the instance, whose agent must know Session Manager. */
export const sessionCommand = (instance: string, { region, profile }: SessionPlace): string =>
  [
    'aws ssm start-session',
    `--target ${instance} --region ${shellWord(region)}`,
    ...(profile === undefined ? [] : [`--profile ${shellWord(profile)}`]),
  ].join(' ');
