import { describe, expect, it } from 'vitest';
import { meaningOf, spellMeaning } from './other-tools.ts';

const told = (typed: string): string | undefined => {
  const meaning = meaningOf(typed.split(' '));
  return meaning && spellMeaning(meaning);
};
const DISKS = 'drover disk list NAME, or drover disk create NAME';
const NICS = 'drover nic list NAME, or drover nic create VM NETWORK';

describe('words of other tools', () => {
  it.each([
    ['domstate', 'drover vm status NAME'],
    ['VIRSH DomState web1', 'drover vm status NAME'],
    ['stop web1', 'drover vm stop NAME, or drover vm kill NAME'],
    ['vm stop', 'drover vm stop NAME, or drover vm kill NAME'],
    ['migrate', 'drover vm migrate NAME, or drover node evacuate NODE'],
    ['openstack server list', 'drover vm list'],
    ['list server', 'drover vm list, or drover vm info NAME'],
    ['url console', 'drover vm console NAME --graphic, or drover vm console NAME --viewer'],
    ['server anything', 'drover vm list, or drover vm info NAME'],
    ['console log', 'drover vm log NAME'],
    ['openstack console url', 'drover vm console NAME --graphic, or drover vm console NAME --viewer'],
    ['console web1', 'drover vm console NAME'],
    ['network create', 'drover network create NAME'],
    ['create network', 'drover network create NAME'],
    ['volumesnapshot create', 'drover volume snapshot NAME NAME'],
    ['delete snapshot', 'drover snapshot delete VM NAME…'],
    ['start network', 'drover network start NAME…'],
    ['kcli list vm', 'drover vm list'],
    ['delete vm', 'drover vm delete NAME'],
    ['aws ec2 describe-volumes', DISKS],
  ])('%s is %s', (typed, meaning) => expect(told(typed)).toBe(meaning));

  it.each([
    ['change-media', 'drover disk insert VM NAME, or drover disk eject VM NAME'],
    ['node-memstats', 'drover node info NAME'],
    ['vm.power', 'drover vm start NAME, or drover vm stop NAME, or drover vm kill NAME, or drover vm restart NAME'],
    ['vm.info', 'drover vm info NAME'],
    ['vm.change', 'drover vm edit NAME'],
    ['vm.destroy', 'drover vm delete NAME'],
    ['vm.create', 'drover vm create NAME'],
    ['vm.clone', 'drover vm clone VM NAME'],
    ['vm.migrate', 'drover vm migrate NAME, or drover node evacuate NODE'],
    ['vm.ip', 'drover vm info NAME --fields ips'],
    ['vm.console', 'drover vm console NAME --graphic, or drover vm console NAME --viewer'],
    ['host.info', 'drover node info NAME'],
    ['describe-instances', 'drover vm list, or drover vm info NAME'],
    ['describe-instance-status', 'drover vm status NAME'],
    ['start-instances', 'drover vm start NAME'],
    ['stop-instances', 'drover vm stop NAME'],
    ['reboot-instances', 'drover vm restart NAME'],
    ['terminate-instances', 'drover vm delete NAME'],
    ['run-instances', 'drover vm create NAME'],
    ['modify-instance-attribute', 'drover vm edit NAME'],
    ['get-console-output', 'drover vm log NAME'],
    ['describe-volumes', DISKS],
    ['describe-availability-zones', 'drover node list'],
    ['describe-images', 'drover image list'],
    ['describe-instance-types', 'drover flavor list'],
    ['create-image', 'drover vm export VM NAME'],
  ])('%s, of one tool alone, is %s', (typed, meaning) => expect(told(typed)).toBe(meaning));

  it.each([
    ['create', 'create NAME'],
    ['add', 'create NAME'],
    ['download', 'create NAME'],
    ['delete', 'delete NAME…'],
    ['remove', 'delete NAME…'],
    ['list', 'list'],
    ['get', 'list'],
    ['info', 'info NAME…'],
    ['show', 'info NAME…'],
  ])('%s before a noun is about the noun', (verb, command) => {
    expect(told(`${verb} network`)).toBe(`drover network ${command}`);
  });

  it.each([
    ['images', 'drover image list'],
    ['volume', 'drover volume list'],
    ['kcli create iso', 'drover image create NAME'],
    ['datastores', 'drover storage list'],
    ['net-destroy default', 'drover network stop NAME…'],
    ['net-undefine default', 'drover network delete NAME…'],
    ['pool-destroy default', 'drover storage stop NAME…'],
    ['pool-refresh default', 'drover storage refresh NAME…'],
    ['vol-create-as default a 1G', 'drover volume create NAME'],
    ['vol-resize a 2G', 'drover volume resize NAME…'],
    ['vol-delete a', 'drover volume delete NAME…'],
    ['snapshot-revert web1 s1', 'drover snapshot revert VM NAME…'],
    ['rollback 100 s1', 'drover snapshot revert VM NAME'],
    ['snapshot.tree', 'drover snapshot list NAME…'],
    ['openstack flavor create', "drover can't create flavors yet"],
    ['virsh pool-capabilities', "drover can't do what virsh pool-capabilities does yet"],
  ])('%s is about what is listed beside VMs: %s', (typed, meaning) => expect(told(typed)).toBe(meaning));

  it.each([
    ['snapshot-list', 'drover snapshot list NAME…'],
    ['checkpoint-create', "drover can't manage checkpoints yet"],
    ['attach-interface', NICS],
    ['vm.network.add', NICS],
    ['detach-disk', DISKS],
    ['blockcopy', DISKS],
    ['pool-list', 'drover storage list'],
    ['datastore.ls', 'drover storage list'],
    ['net-list', 'drover network list'],
    ['migrate-setspeed', 'drover vm migrate NAME, or drover node evacuate NODE'],
    ['nodedev-list', 'drover node info NAME'],
    ['nodecpumap', 'drover node info NAME'],
    ['secret-list', "drover can't manage secrets of libvirt yet"],
    ['dompmsuspend', 'drover vm pause NAME'],
    ['domfsthaw', 'drover vm resume NAME'],
    ['vcpucount', 'drover vm info NAME'],
    ['setvcpu', 'drover vm edit NAME'],
    ['blkdeviotune', "drover can't tune what a VM may use yet"],
    ['vcpupin', "drover can't tune what a VM may use yet"],
    ['send-key', "drover can't send keys and signals to a guest yet"],
    ['dump', "drover can't take dumps yet"],
    ['backup-begin', 'drover backup create NAME'],
    ['virsh metadata', "drover can't do what virsh metadata does yet"],
    ['virsh vm metadata', "drover can't do what virsh metadata does yet"],
  ])('%s is of a family: %s', (typed, meaning) => expect(told(typed)).toBe(meaning));

  it.each(['metadata', 'virsh', 'vm', 'vm metadata', 'constructor', 'tostring', 'web1 constructor'])(
    '%s is of none',
    (typed) => expect(told(typed)).toBeUndefined(),
  );

  it.each(
    'virsh virt-manager qm pct pvesh pve govc openstack nova aws ec2 kcli docker podman lxc incus multipass vagrant gcloud az compute'.split(
      ' ',
    ),
  )('%s may stand before them', (tool) => expect(told(`${tool} reboot web1`)).toBe('drover vm restart NAME'));
});
