import type { Absences } from '../../contract.ts';
import { lacking } from '../../lib/listed.ts';
import { NO_FILES } from '../files/files.ts';

const ONE_HALF = "libvirt's test driver has no networks that are saved otherwise than they run";

const NO_SECOND_HOST = 'drover moves VMs of QEMU and KVM alone';

/** What drivers other than that of QEMU lack. */
export const NO_MIGRATION: Absences = {
  'vm.planMigrate': NO_SECOND_HOST,
  'vm.migrate': NO_SECOND_HOST,
  'node.planReceive': NO_SECOND_HOST,
  'node.receive': NO_SECOND_HOST,
};

/** What libvirt's test driver has not: all that it shows is made up. */
export const NOT_OF_TEST_DRIVER: Absences = {
  ...lacking("libvirt's test driver changes no devices", ['disk', 'nic'], ['disk.list', 'nic.list']),
  ...lacking("libvirt's test driver gives no addresses, and answers for no names", ['lease', 'dns']),
  ...NO_FILES,
  ...lacking("libvirt's test driver keeps no bytes of images", ['image'], ['image.list']),
  'network.settings': ONE_HALF,
  'network.update': ONE_HALF,
  'volume.resize': "libvirt's test driver can't resize a volume",
  'volume.upload': "libvirt's test driver keeps no bytes of volumes",
  'volume.download': "libvirt's test driver keeps no bytes of volumes",
};
