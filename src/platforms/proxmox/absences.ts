/** What the API of Proxmox VE has no request for, by its pages (https://pve.proxmox.com/pve-docs/api-viewer). */
import type { Absences } from '../contract.ts';

export const NO_STORAGES =
  'drover lists storages of Proxmox VE, and leaves their definitions to the web interface (storage/{storage})';
/** Applied is everything that waits, of all nodes and all administrators: no change could answer for that. */
export const NO_NETWORKS =
  'drover lists networks of Proxmox VE: to apply one change applies all that wait (nodes/{node}/network, cluster/sdn)';

export const absences: Absences = {
  'console.output': 'Proxmox VE keeps nothing of what a guest has written: open its console',
  'vm.limits': 'Proxmox VE has no quotas: nodes/{node}/status says what a node has left',
  'vm.save': 'Proxmox VE saves memory to its storages alone (nodes/{node}/qemu/{vmid}/status/suspend): suspend it',
  'vm.restore': 'Proxmox VE restores memory from its storages alone (nodes/{node}/qemu/{vmid}/status/resume): start it',
  'vm.definition': 'nodes/{node}/qemu/{vmid}/config has settings, and no text: look at the details',
  'vm.define': 'nodes/{node}/qemu/{vmid}/config takes settings, and no text: edit these',
  'vm.lock':
    'locks of nodes/{node}/qemu/{vmid}/config are those of its tasks: its setting protection keeps it from being deleted',
  'vm.unlock':
    'locks of nodes/{node}/qemu/{vmid}/config are those of its tasks: its setting protection keeps it from being deleted',
  'vm.shelve': 'nodes/{node}/qemu/{vmid}/status shelves no guest: one that is off has its place on its node',
  'vm.rescue': 'nodes/{node}/qemu/{vmid}/status has no rescue mode: put a medium into its drive, and boot from that',
  'vm.unrescue': 'nodes/{node}/qemu/{vmid}/status has no rescue mode: put its own disk first among what it boots from',
  'vm.planRebuild': 'no page below nodes/{node}/qemu/{vmid} writes a disk again: make another guest of the image',
  'vm.rebuild': 'no page below nodes/{node}/qemu/{vmid} writes a disk again: make another guest of the image',
  'vm.confirmResize': 'nodes/{node}/qemu/{vmid}/config keeps a new size at once',
  'vm.revertResize': 'nodes/{node}/qemu/{vmid}/config keeps a new size at once: set the one that it had',
  'node.planReceive':
    'nodes/{node}/qemu/{vmid}/remote_migrate sends guests to other clusters only with an API token of theirs',
  'node.receive':
    'nodes/{node}/qemu/{vmid}/remote_migrate sends guests to other clusters only with an API token of theirs',
  'volume.offer': 'volumes of Proxmox VE belong to a storage, which all who may use it share (storage/{storage})',
  'volume.withdraw': 'volumes of Proxmox VE belong to a storage, which all who may use it share (storage/{storage})',
  'volume.accept': 'volumes of Proxmox VE belong to a storage, which all who may use it share (storage/{storage})',
  'volume.resize': 'nodes/{node}/storage/{storage}/content resizes no volumes: grow the disk that it is',
  'volume.download': 'nodes/{node}/storage/{storage}/content sends no files: fetch it from its node',
  volumesnapshot: 'Proxmox VE takes snapshots of whole guests: nodes/{node}/qemu/{vmid}/snapshot',
  'image.upload':
    'images of Proxmox VE are files of storages: send one as a volume (nodes/{node}/storage/{storage}/upload)',
  'image.download': 'nodes/{node}/storage/{storage}/content sends no files: fetch it from its node',
  'image.update': 'nodes/{node}/storage/{storage}/content/{volume} protects backups alone',
  lease: 'drover does not manage addresses of Proxmox VE (cluster/sdn/vnets/{vnet}/ips)',
  dns: 'drover does not manage names of Proxmox VE (cluster/sdn/dns)',
  flavor: 'Proxmox VE has no flavors: nodes/{node}/qemu takes memory and vCPUs themselves',
  subnet:
    'drover lists subnets of Proxmox VE with their networks alone: what is applied (cluster/sdn) is all that waits',
  keypair: 'Proxmox VE keeps no key pairs: nodes/{node}/qemu takes the keys of one guest',
  address: 'the API of Proxmox VE has no public addresses: its guests are in the networks of its nodes',
  bucket: 'the API of Proxmox VE has no buckets: files are in its storages (nodes/{node}/storage/{storage}/content)',
  file: 'the API of Proxmox VE has no buckets: files are in its storages (nodes/{node}/storage/{storage}/content)',
  zone: 'Proxmox VE hosts no DNS zones: cluster/sdn/dns names servers of others',
  router: 'the API of Proxmox VE has no routers: zones of cluster/sdn have exit nodes',
  balancer: 'the API of Proxmox VE has no load balancers',
};
