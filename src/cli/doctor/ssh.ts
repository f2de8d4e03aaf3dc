import { access, constants, readFile, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../clock.ts';
import { errnoOf, fileTrouble } from '../../state/files/file-trouble.ts';
import { type Finding, failed, fine, warning } from './finding.ts';

export interface SshSurroundings {
  /** $HOME. */
  readonly home: string;
  /** Where ssh, and drover with it, looks for .ssh: the home in the list of users, whatever $HOME says. */
  readonly sshHome?: string;
  /** $SSH_AUTH_SOCK. */
  readonly agentSocket: string | undefined;
  readonly clock: Clock;
}

/** What logins over SSH start from: the agent, the usual keys, the known hosts. */
export async function sshFindings({
  home,
  sshHome = homeOfUser() ?? home,
  agentSocket,
  clock,
}: SshSurroundings): Promise<readonly Finding[]> {
  const directory = join(sshHome, '.ssh');
  return [
    ...homeFindings(home, directory),
    await agentFinding(agentSocket, clock),
    ...(await keyFindings(directory)),
    await knownHostsFinding(join(directory, 'known_hosts')),
  ];
}

/** $HOME is another one after `sudo -E`, for instance. */
function homeFindings(home: string, directory: string): readonly Finding[] {
  if (directory === join(home, '.ssh')) return [];
  return [fine('SSH configuration', `is read from ${directory}, as ssh does, and not from $HOME (${home})`)];
}

/** Undefined for a user who is not in the list of users. */
function homeOfUser(): string | undefined {
  try {
    return userInfo().homedir;
  } catch {
    return undefined;
  }
}

async function agentFinding(socket: string | undefined, clock: Clock): Promise<Finding> {
  const about = 'SSH agent';
  if (!socket) return fine(about, 'none ($SSH_AUTH_SOCK is not set)');
  const held = await keysHeld(socket, clock);
  if (held === undefined) {
    return warning(about, `nothing answers at ${socket}`, 'eval "$(ssh-agent)" and ssh-add, or unset SSH_AUTH_SOCK');
  }
  return fine(about, held === 0 ? 'holds no keys; ssh-add gives it one' : `holds ${held} key${held === 1 ? '' : 's'}`);
}

/** SSH_AGENTC_REQUEST_IDENTITIES as a whole message, RFC 9987: length 1, type 11. */
const REQUEST_IDENTITIES = Buffer.from([0, 0, 0, 1, 11]);
const IDENTITIES_ANSWER = 12;
const AGENT_MS = 2_000;

/** How many keys the agent holds; undefined when what answers there is no agent. */
function keysHeld(socket: string, clock: Clock): Promise<number | undefined> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    let heard = Buffer.alloc(0);
    const end = (held?: number) => {
      takeBack();
      connection.destroy();
      resolve(held);
    };
    const takeBack = clock.after(AGENT_MS, end);
    connection.once('error', () => end()).once('end', () => end());
    connection.on('data', (chunk) => {
      heard = Buffer.concat([heard, chunk]);
      // Length, type, number of keys; the keys themselves are of no interest.
      if (heard.length >= 9) end(heard[4] === IDENTITIES_ANSWER ? heard.readUInt32BE(5) : undefined);
    });
    connection.write(REQUEST_IDENTITIES);
  });
}

const USUAL_KEYS = ['id_ed25519', 'id_ecdsa', 'id_rsa'];

async function keyFindings(directory: string): Promise<readonly Finding[]> {
  const about = 'SSH keys';
  const found: string[] = [];
  const wrong: Finding[] = [];
  for (const name of USUAL_KEYS) {
    const file = join(directory, name);
    try {
      const { mode } = await stat(file);
      await access(file, constants.R_OK);
      found.push(name);
      if ((mode & 0o077) !== 0) {
        wrong.push(warning(about, `others may read ${file}, so ssh will not use it`, `chmod 600 ${file}`));
      }
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') wrong.push(warning(about, `${file} can't be read: ${fileTrouble(error)}`));
    }
  }
  const list =
    found.length === 0 ? `none of ${USUAL_KEYS.join(', ')} in ${directory}` : `${found.join(', ')} in ${directory}`;
  return [fine(about, list), ...wrong];
}

async function knownHostsFinding(file: string): Promise<Finding> {
  const about = 'host keys';
  let lines: readonly string[];
  try {
    lines = (await readFile(file, 'utf8')).split('\n').filter((line) => /^[^#\s]/.test(line));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return fine(about, `no ${file} yet; the first key that you accept makes it`);
    return failed(about, `${file} can't be read: ${fileTrouble(error)}`);
  }
  try {
    await access(file, constants.W_OK);
    return fine(about, `${lines.length} in ${file}`);
  } catch (error) {
    return warning(about, `new keys can't be added to ${file}: ${fileTrouble(error)}`);
  }
}
