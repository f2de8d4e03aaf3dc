import { commonFields } from '../../state/config/common-fields.ts';
import { example, type Topic, terms, text } from './topic.ts';

/** Valid as it stands; a test reads it. */
export const sampleConfig: readonly string[] = [
  'endpoints:',
  '  desk:',
  '    platform: kvm',
  '    transport: unix',
  '  db1:',
  '    platform: kvm',
  '    host: db1.example.org',
  '    user: root',
  '    password: cmd:pass show db1',
  '    every: 5s',
  'defaults:',
  '  every: 10s',
  '  vm:',
  '    memory: 2GiB',
  'groups:',
  '  lab:',
  '    endpoints: [desk, db1]',
  '    place: free',
  'pools:',
  '  Production:',
  '    nodes: [db1]',
  '  Tests:',
  '    in: Production',
  '    nodes: [desk]',
  '    read-only: true',
  'views:',
  '  busy:',
  '    filter: state:running',
  '    sort: cpu',
  '    flat: yes',
  '  full-nodes:',
  '    nodes: yes',
  '    filter: used>80',
  'theme: dark',
  'keys:',
  '  preset: vim',
  'confirm:',
  '  type-count-above: 5',
  'tasks:',
  '  at-once: 4',
  '  stop-after: 3',
];

export const configTopic: Topic = {
  name: 'config',
  help: 'The configuration file and what may stand in it.',
  async blocks() {
    return [
      text(
        'One YAML file holds endpoints, pools, theme and keys. It is --config FILE, else $DROVER_CONFIG, else config.yaml in the configuration directory (drover help files). What drover changes in it leaves your comments and your order alone; what you change in an editor is taken over while drover runs.',
      ),
      example(...sampleConfig),
      terms([
        ['endpoints', 'what is managed, by name: a platform and the fields that it asks for'],
        ['current', 'the endpoint that VMs, networks and the rest are made on where -C names none'],
        [
          'defaults',
          'fields of endpoints that hold for all that have them and do not say them, such as user or every; below vm what new VMs have, in the words of profiles',
        ],
        [
          'groups',
          'names for several endpoints, for -C: endpoints, a list; place, how one of them is chosen for what is made: random, free (the fewest VMs that run), balance (the fewest VMs) or policy (the node that its VMs load least)',
        ],
        [
          'profiles',
          'what VMs are made of under a name, for vm create --profile; base is another one that it begins with (drover profile create writes them)',
        ],
        ['flavors', 'vcpus, memory and disks under a name, for vm create --flavor'],
        ['rules', 'a list: what VMs are made of whose names begin with a pattern'],
        [
          'rules-strict',
          'true: a VM whose name fits no rule is not made, and a key of a rule that no setting has is refused with its line',
        ],
        [
          'pools',
          'groups of nodes: nodes (an endpoint’s name for all of its nodes, or endpoint/id), in, variables, read-only; of the variables, PLACEMENT says by what the node of a new VM is chosen, the first that differs (vm-cpu, vm-memory, vcpus, vms, free-memory; or full-memory, which fills a node before the next), and SERVER_LOAD_TIME over how many hours vm-cpu is averaged, as drover has measured its nodes; storages and networks that are to be on all of them, by name, in the words of storage create and network create (drover help definition)',
        ],
        [
          'plugins',
          'platforms that are no part of drover, by name: the path of a folder, or an npm package in node_modules beside the file; they run with all your rights, when an endpoint of theirs is connected, and a change here is taken over at the next start',
        ],
        ['views', 'filter, order and columns under a name (drover help columns)'],
        ['theme', 'the colours of the screen (drover help colours)'],
        ['keys', 'other keys (drover help keys)'],
        ['mouse', 'on or off (drover help mouse)'],
        ['confirm', 'type-count-above: interrupting more VMs than this (10) wants their count typed'],
        [
          'tasks',
          'of what is done to many: at-once, how many at the same time on one endpoint (4); stop-after, after how many failures the rest is not sent (all are tried)',
        ],
        [
          'time-limits',
          'how long until it is seen that a verb has worked, such as vm.stop: 2m; below vms of single ones, as ENDPOINT/NAME with such lines below it; of vm.migrate from when it has come over. A --wait other than the usual counts more',
        ],
        [
          'audit',
          'required: nothing is changed that the audit log can not take; without it, that is a warning each time',
        ],
        [
          'consoles',
          'allow: what guests may do outside of their screens; scrollback: lines that are kept (drover help console)',
        ],
        [
          'notifications',
          'who is notified of what, by name: for (task-failed, unreachable, back, vm-failed, vm-back; these unless said; task-done: work of a minute or more; vm-stopped, vm-started), filter, and how: bell: true, desktop: osc9 or osc99, webhook with token, mail-to with mail-from, mail-server, mail-user and mail-password; ca for a private authority. Webhook, token and password can be references as other secrets (drover help secrets)',
        ],
        [
          'history',
          'metrics that drover keeps on this machine while it runs, of nodes, and of VMs whose platform keeps none: off, or days (365 if not said) and size of the file (1GiB); means of minutes are kept for 2 days, of hours for 60',
        ],
        ['escape-wait', 'how long an escape alone waits before it is the Esc key, 30ms if not said (drover help keys)'],
        ['viewer', 'the program that shows displays and its words, such as remote-viewer {vv} (drover help ssh)'],
        [
          'browser',
          'the program that opens the pages of applications, and its words, such as firefox {url} (drover vm open)',
        ],
        ['templates', 'the folder of the template library (drover help templates)'],
        [
          'appliance-store',
          'the folder that catalogs and files of appliances are fetched into, in place of one in the cache (drover help files)',
        ],
        [
          'default-template',
          'the template that is offered first where one is chosen, and that --template default takes, as GROUP/NAME',
        ],
        [
          'updates',
          'the address where drover looks for a new version of itself, once a day while it is open: JSON such as {"version": "0.2.0"}; nothing is asked without it, and nothing is sent but the request',
        ],
        ['applications', 'where the applications in VMs are, by the ids of the VMs (drover vm application-details)'],
        ['notes', 'what was noted about VMs and nodes, by their ids (drover vm note)'],
        ['plain', 'true for lines in place of a screen (drover help plain)'],
      ]),
      text('Every endpoint also takes these; drover help endpoint add lists the fields of the platforms.'),
      terms(commonFields.map(({ key, help }) => [key, help.replaceAll('\n', ' ')])),
      text(
        'A section of any other name is reported and not read; one whose name begins with x- is yours, to write something once and refer to it by an alias.',
      ),
      text(
        'Clouds, catalogs, webhooks and other hosts that speak HTTP are reached by the proxy of HTTPS_PROXY or HTTP_PROXY, but for what NO_PROXY names (example.org, 10.0.0.0/8, *); http://USER:PASSWORD@HOST:PORT where it asks for a login. This machine is always reached straight.',
      ),
      text(
        'A mistake in the file takes out of use what it is about, and nothing else; drover doctor shows all of them with line and column.',
      ),
    ];
  },
};
