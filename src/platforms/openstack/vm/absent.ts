/** What no API of OpenStack has, or drover does not do there yet. */
const NO_FILES = 'Nova keeps no VMs in files: https://docs.openstack.org/api-ref/compute/ has no word for it';

/** With the page of the API that lacks it. */
export const ABSENT = {
  'vm.clone':
    'Nova clones no servers: make a snapshot of it, and a VM of that (https://docs.openstack.org/api-ref/compute/)',
  'vm.save': NO_FILES,
  'vm.restore': NO_FILES,
  'vm.definition': NO_FILES,
  'vm.define': NO_FILES,
  'disk.insert': 'Nova has no drives whose medium is changed: https://docs.openstack.org/api-ref/compute/',
  'nic.connect': 'Neutron moves no port to another network: remove the NIC and add another one',
  'volume.upload': 'Cinder takes no files: https://docs.openstack.org/api-ref/block-storage/v3/',
  'volume.download': 'Cinder gives no files: https://docs.openstack.org/api-ref/block-storage/v3/',
  'vm.planConfigure': 'what a change of a server does is said where it is made',
  lease: 'Neutron keeps addresses by ports: https://docs.openstack.org/api-ref/network/v2/',
} as const;
