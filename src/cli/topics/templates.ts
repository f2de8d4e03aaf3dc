import { example, type Topic, terms, text } from './topic.ts';

/** Valid as it stands; a test reads it. */
export const sampleTemplate: readonly string[] = [
  'version: 1.0',
  'platform: any',
  'os: { flavor: linux, name: Debian, version: 12 }',
  'variables:',
  '  IMAGE: debian12',
  '  MEMORY: 2048',
  '  OWNER:',
  'vm:',
  '  image: $IMAGE',
  '  memory: $MEMORY',
  '  numcpus: 2',
  '  description: $VM_NAME of $OWNER',
  'platforms:',
  '  kvm:',
  '    tpm: true',
];

export const templatesTopic: Topic = {
  name: 'templates',
  help: 'What a template of the library may say, and how VMs are made of it.',
  async blocks() {
    return [
      text(
        'A template is a folder in a group of the library (drover help files), with a template.yaml, and where it is wanted a description.md and a script provision.sh. It is read, and never run as code.',
      ),
      example(...sampleTemplate),
      terms([
        ['version', 'two numbers; drover template edit --new-version keeps the one before'],
        ['platform', 'the platform that it is for, or any'],
        ['os', 'what runs in the guest, for people'],
        ['variables', 'names with values, which a pool or the user replaces; one without a value must be given'],
        ['vm', 'what VMs are made of, in the words of profiles: those of kcli, or the names of flags'],
        ['platforms', 'what counts more on one platform; a key without a value is taken away there'],
      ]),
      example('drover vm create web1 -C host1 --template Common/web --var OWNER=shop'),
      text(
        '$NAME, also with braces around the name, is replaced in what stands below vm and platforms. Of a variable counts --var, then the pool of the endpoint (drover pool set), then the pools around that, then the template. There are also $VM_NAME, $SERVER_NAME, $IMAGE_NAME, $IMAGE_LOCATION, $IMAGE_STORE and $AUTOGEN_MAC, a new address each time. Other names stay as they are. Flags and -P count more than the template.',
      ),
      text(
        'provision.sh runs on the node before the VM is made, which has to be an endpoint with one node that takes commands. It is given -x (the settings of the VM), -p (the names of VM, server and template), -s (a folder with the template), -i (its GROUP/NAME there), -l (a log that it may write) and -c (the variables, for a shell). The VM is made when it ends with 0; what it wrote is kept in the folder .logs of the library. It may take 300 s, or as many as the variable provision_timeout says.',
      ),
      text(
        'A VM keeps GROUP/NAME@VERSION as its profile, where its platform keeps one: drover template vms lists them, with those of an older version.',
      ),
    ];
  },
};
