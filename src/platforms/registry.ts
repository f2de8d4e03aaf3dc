// Written by `npm run gen` from the folders beside it.
import { manifest as aws } from './aws/manifest.ts';
import type { Manifest, Platform } from './contract.ts';
import { manifest as fake } from './fake/manifest.ts';
import { manifest as kvm } from './kvm/manifest.ts';
import { manifest as openstack } from './openstack/manifest.ts';
import { manifest as proxmox } from './proxmox/manifest.ts';
import { manifest as vsphere } from './vsphere/manifest.ts';

export interface PlatformEntry {
  readonly manifest: Manifest;
  /** Loads the platform and its libraries. */
  load(): Promise<Platform>;
}

export const platforms: readonly PlatformEntry[] = [
  { manifest: kvm, load: async () => (await import('./kvm/index.ts')).platform },
  { manifest: aws, load: async () => (await import('./aws/index.ts')).platform },
  { manifest: openstack, load: async () => (await import('./openstack/index.ts')).platform },
  { manifest: proxmox, load: async () => (await import('./proxmox/index.ts')).platform },
  { manifest: vsphere, load: async () => (await import('./vsphere/index.ts')).platform },
  { manifest: fake, load: async () => (await import('./fake/index.ts')).platform },
];
