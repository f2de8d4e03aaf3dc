import type { Ask } from '../../platforms/contract.ts';
import type { Stage } from '../stage.ts';

/** Somebody sits here: host keys and passwords are asked for in dialogs. */
export const createAsk = (stage: Stage): Ask => ({
  trust: ({ host, port, type, fingerprint }) =>
    stage.dialogs.confirm({
      title: 'Unknown host key',
      question: `Trust ${host}${port === 22 ? '' : ` port ${port}`}?`,
      details: [
        'Nobody on this machine has connected to it before. Its key is',
        `${type} ${fingerprint}`,
        'Compare it with what the host itself shows: for k in /etc/ssh/ssh_host_*.pub; do ssh-keygen -lf $k; done',
      ],
      unasked: true,
    }),
  // `Password of …` or `Passphrase for …`: the one must not be taken for the other.
  secret: (question) =>
    stage.dialogs.prompt({
      title: question.startsWith('Passphrase') ? 'Passphrase' : 'Password',
      lines: [question],
      secret: true,
      unasked: true,
    }),
});
