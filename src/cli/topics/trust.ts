import { example, type Topic, terms, text } from './topic.ts';

export const trustTopic: Topic = {
  name: 'trust',
  help: 'Host keys and certificates: who is believed.',
  async blocks() {
    return [
      text(
        'Over SSH a host is believed when its key stands in ~/.ssh/known_hosts, as for ssh itself; the endpoint’s field known-hosts names another file.',
      ),
      terms([
        ['unknown key', 'is shown with its fingerprint, and must be accepted once; without a terminal it is refused'],
        ['changed key', 'is refused, always: the message names the line that stands in the way'],
        ['revoked key', 'is refused, always'],
      ]),
      example('drover endpoint trust db1', 'ssh-keygen -R db1.example.org'),
      text(
        'Over TLS the certificate of the host is verified; an endpoint’s field ca names the file of a private authority. There is no way to switch that off. TCP without TLS is for the loopback; to another machine it must be allowed with insecure: true.',
      ),
    ];
  },
};
