import { sshAction } from '../../actions/guest/ssh-action.ts';
import { nodeRunAction } from '../../actions/node/run-action.ts';
import { browseAction } from '../../actions/node.ts';
import { viewAction } from '../../actions/viewer/view-action.ts';
import { example, type Topic, terms, text } from './topic.ts';

export const sshTopic: Topic = {
  name: 'ssh',
  help: 'SSH into VMs, files of VMs and nodes, commands on nodes, and viewers.',
  async blocks() {
    const key = ({ keys }: { readonly keys: readonly string[] }) => keys.join(' ');
    return [
      terms([
        [`${key(sshAction)}, drover vm ssh NAME`, sshAction.help],
        ['drover vm cp SOURCE TARGET', 'Copy files: NAME:PATH is a file of the VM; -r takes folders.'],
        [`${key(nodeRunAction)}, drover node run NODE… -- COMMAND`, nodeRunAction.help],
        [`${key(browseAction)}, drover node files NODE`, browseAction.help],
        [
          'drover node get, put, edit, mkdir, mv, rm',
          'Receive, send, edit, rename and delete files of a node, and make folders there.',
        ],
        [`${key(viewAction)}, drover vm console NAME --viewer`, viewAction.help],
      ]),
      example(
        'drover vm ssh web1 -- uname -a',
        'drover vm ssh web1 -L 8080:localhost:80',
        'drover vm cp -r web1:/etc/nginx .',
        'drover node run host1 host2 --timeout 60 -- apt-get -q update',
        'drover vm console web1 --print-command',
      ),
      text(
        'It is the machine’s own ssh, with your ~/.ssh/config and agent. The user is the one that is given, else that of ~/.ssh/config, else the one that was written down when the VM was made, else the usual one of its image. The address is the first that is known. Where the node is reached by ssh the way leads through it, since the address of a VM means another machine elsewhere; --direct goes without it, and so does a ProxyJump of yours.',
      ),
      text(
        'The key of a VM is known by the identity of the machine (drover-UUID in known_hosts), not by its address, which is given to one VM after the other. An unknown one is asked about, or taken with --accept-new; one that has changed is always refused.',
      ),
      text(
        'What is copied is written to NAME.part first, and becomes the file when it is whole. What was cancelled or broke off stays there, and the same command goes on with it.',
      ),
      text(
        'The configuration names another viewer: viewer: remote-viewer {vv}. {vv} is a connection file, which alone holds the password of the display; {url}, {host}, {port}, {kind} and {name} are others. It is started without a shell. The tunnel is a port of 127.0.0.1, and lets no program of another user in.',
      ),
    ];
  },
};
