import { example, type Topic, terms, text } from './topic.ts';

export const secretsTopic: Topic = {
  name: 'secrets',
  help: 'Where passwords and tokens are kept.',
  async blocks() {
    return [
      text('A field that is secret says where the secret is, so that the configuration holds none:'),
      terms([
        ['env:NAME', 'an environment variable'],
        ['file:PATH', 'a file, without its last line break; relative to the configuration, or with ~/'],
        ['cmd:COMMAND', 'the first line that a command prints; it is run once and may take 30 seconds'],
      ]),
      example('password: cmd:pass show hosts/db1', 'password: file:~/.secrets/db1', 'password: env:DB1_PASSWORD'),
      text(
        'A plain secret in the file works too: it is warned about, and the file is made readable for you alone when drover writes it. On the command line only references are taken, since every user can read the list of processes. Secrets are blotted out of the wire log, the audit log, errors and crash reports.',
      ),
      text(
        'SSH keys need none of this: the agent and the keys of ~/.ssh are tried first. A password is sent once and never tried again, so that no account gets locked.',
      ),
    ];
  },
};
