import type { Ask } from '../../platforms/contract.ts';
import { clean } from '../../terminal/width.ts';
import type { Stage } from '../stage.ts';

/** Host keys and passwords are asked for in dialogs, which close when the attempt that they are for has ended. */
export const createAsk = (stage: Stage): Ask => ({
  trust: ({ host, port, type, fingerprint, addTo }, until) =>
    stage.dialogs.confirm({
      title: 'Unknown host key',
      question: `Trust ${host}${port === 22 ? '' : ` port ${port}`}?`,
      details: [
        'Its key is in none of the files of known hosts:',
        `${type} ${fingerprint}`,
        ...(addTo === undefined ? [] : [`With yes it is written to ${clean(addTo)}`]),
        'Compare it with what the host itself shows: for k in /etc/ssh/ssh_host_*.pub; do ssh-keygen -lf $k; done',
      ],
      unasked: true,
      ...(until && { until }),
    }),
  // `Password of …` or `Passphrase for …`: the one must not be taken for the other.
  secret: (question, until) =>
    stage.dialogs.prompt({
      title: question.startsWith('Passphrase') ? 'Passphrase' : 'Password',
      lines: [question],
      secret: true,
      unasked: true,
      ...(until && { until }),
    }),
});
