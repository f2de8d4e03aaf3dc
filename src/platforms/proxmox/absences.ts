/** What the API of Proxmox VE has no request for, by its pages (https://pve.proxmox.com/pve-docs/api-viewer). */
import type { Absences } from '../contract.ts';

export const absences: Absences = {
  'console.output': 'Proxmox VE keeps nothing of what a guest has written: open its console',
  'vm.save': 'Proxmox VE saves memory to its storages alone (nodes/{node}/qemu/{vmid}/status/suspend): suspend it',
  'vm.restore': 'Proxmox VE restores memory from its storages alone (nodes/{node}/qemu/{vmid}/status/resume): start it',
  'vm.export': 'no page below nodes/{node}/qemu/{vmid} gives a disk away: back the guest up instead',
  'vm.definition': 'nodes/{node}/qemu/{vmid}/config has settings, and no text: look at the details',
  'vm.define': 'nodes/{node}/qemu/{vmid}/config takes settings, and no text: edit these',
  'node.planReceive':
    'nodes/{node}/qemu/{vmid}/remote_migrate sends guests to other clusters only with an API token of theirs',
  'node.receive':
    'nodes/{node}/qemu/{vmid}/remote_migrate sends guests to other clusters only with an API token of theirs',
  'volume.resize': 'nodes/{node}/storage/{storage}/content resizes no volumes: grow the disk that it is',
  'volume.download': 'nodes/{node}/storage/{storage}/content sends no files: fetch it from its node',
  lease: 'drover does not manage addresses of Proxmox VE (cluster/sdn/vnets/{vnet}/ips)',
  dns: 'drover does not manage names of Proxmox VE (cluster/sdn/dns)',
  flavor: 'Proxmox VE has no flavors: a VM has what it is given',
};
