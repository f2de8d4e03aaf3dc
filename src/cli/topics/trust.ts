import { example, type Topic, terms, text } from './topic.ts';

export const trustTopic: Topic = {
  name: 'trust',
  help: 'Host keys and certificates: who is believed.',
  async blocks() {
    return [
      text(
        'Over SSH a host is believed when its key is in the files that ssh itself would look at, ~/.ssh/known_hosts unless the SSH configuration names others; the endpoint’s field known-hosts names another file. An accepted key is written to the first of them.',
      ),
      terms([
        [
          'unknown key',
          'is shown with its fingerprint, and must be accepted once; without a terminal only --fingerprint accepts it',
        ],
        ['changed key', 'is refused, always: the message names the line that stands in the way'],
        ['revoked key', 'is refused, always'],
        ['certificate', 'of a host is not checked by the built-in SSH: ssh: system does'],
      ]),
      example(
        'drover endpoint trust db1',
        'drover endpoint trust db1 --fingerprint SHA256:…',
        'ssh-keygen -R db1.example.org',
      ),
      text(
        'Over TLS the certificate of the host is verified; an endpoint’s field ca names the file of a private authority. There is no way to switch that off. TCP without TLS is for the loopback; to another machine it must be allowed with insecure: true.',
      ),
    ];
  },
};
