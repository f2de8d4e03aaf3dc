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
        '$NAME, also with braces around the name, is replaced in what stands below vm and platforms. Of a variable counts --var, then the pool that all nodes of the endpoint are in, or those of the --pool (drover pool set), then the pools around that, then the template. $DEFAULT_BRIDGE is found out of the node before the template counts: the bridge that has its default route, or its only one. There are also $VM_NAME, $SERVER_NAME, $IMAGE_NAME, $IMAGE_LOCATION, $IMAGE_STORE and $AUTOGEN_MAC, a new address each time. Other names stay as they are. Flags and -P count more than the template.',
      ),
      text(
        'provision.sh runs on the node before the VM is made, which has to be an endpoint with one node that takes commands. It is given -x (the settings of the VM), -p (the names of VM, server and template), -s (a folder with the template), -i (its GROUP/NAME there), -l (a log that it may write) and -c (the variables, for a shell). The VM is made when it ends with 0; what it wrote is kept in the folder .logs of the library. It may take 300 s, or as many as the variable provision_timeout says. Files that the node has had before are not sent again.',
      ),
      text('It can begin with functions of drover:'),
      example('. "$(dirname "$0")/../../common/functions"', 'read_arguments "$@"'),
      terms([
        ['log_msg TEXT', 'into the log, and for those who watch'],
        ['vm_setting KEY', 'a setting of the VM, such as memory, in bytes'],
        ['fetch_file FROM TO', 'by http, https or ftp, or a copy; what is there is not fetched again'],
        [
          'fetch_kernel',
          'the variables kernel_src and ramdisk_src, each an address, a path of the node or one below the template, to where vm says that kernel and initrd of the VM are; kept for the next VM',
        ],
        ['create_disk PATH MB TYPE', 'raw, qcow2, vmdk or lvm; never over what is there'],
        ['make_fs PATH TYPE', 'ext2 to ext4, xfs or swap, on a disk that it has made'],
        ['copy_disk_content FROM TO TYPE', 'an image, on a disk that it has made'],
        ['note_made PATH', 'what it has made in another way'],
        ['run_custom_scripts', 'those in the folders that the variable custom_list names, in the order of their names'],
      ]),
      text(
        'Custom scripts stand in custom_scripts/NAME of the template, or in _custom_scripts/NAME of the library for all of them. What a script has made is a disk of the VM where vm says so (disk: [{ volume: PATH, format: qcow2 }]); it is removed when the script fails, takes too long or loses drover, and when the VM can not be made. Until then no other run makes a VM of that name by a script on the node.',
      ),
      text(
        'A VM keeps GROUP/NAME@VERSION as its profile, where its platform keeps one: drover template vms lists them, with those of an older version.',
      ),
    ];
  },
};
