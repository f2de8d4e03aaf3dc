/** The templates that come with drover; they are written into the library when the user asks for them. */
import type { Entry } from './archive/entries.ts';
import { DESCRIPTION_FILE, TEMPLATE_FILE } from './scan.ts';
import { FIRST_GROUP, type TemplateName } from './template.ts';

interface BuiltIn {
  readonly name: string;
  readonly settings: string;
  readonly description: string;
}

const BUILT_IN: readonly BuiltIn[] = [
  {
    name: 'linux-cloud',
    settings: `version: 1.0
platform: any
os: { flavor: linux }
variables:
  # The name of an image at the endpoint: drover image list shows them.
  IMAGE:
  MEMORY: 2048
  CPUS: 2
vm:
  image: $IMAGE
  numcpus: $CPUS
  memory: $MEMORY
`,
    description: `A Linux VM from a cloud image, which cloud-init sets up at its first start: with your own public key,
where no other is given.

    drover image create debian12 -C ENDPOINT
    drover vm create NAME -C ENDPOINT --template linux-cloud --var IMAGE=debian12
`,
  },
  {
    name: 'linux-iso',
    settings: `version: 1.0
platform: kvm
os: { flavor: linux }
variables:
  # The name of an installation medium in a storage of the endpoint.
  ISO:
  MEMORY: 2048
  CPUS: 2
  DISK_SIZE: 20
vm:
  iso: $ISO
  cloudinit: false
  numcpus: $CPUS
  memory: $MEMORY
  disks: [$DISK_SIZE]
`,
    description: `An empty VM that starts from an installation medium of Linux. Install it on its console, or on its screen; the
disk, of so many GiB as DISK_SIZE says, starts afterwards.
`,
  },
  {
    name: 'windows-iso',
    settings: `version: 1.0
platform: kvm
os: { flavor: windows }
variables:
  # The name of an installation medium of Windows, and of the drivers of virtio-win, in a storage of the endpoint.
  ISO:
  MEMORY: 8192
  CPUS: 4
  DISK_SIZE: 64
vm:
  iso: $ISO
  cloudinit: false
  numcpus: $CPUS
  memory: $MEMORY
  uefi: true
  tpm: true
  # Windows has drivers of its own for these; with the drivers of virtio-win they can be virtio.
  disks: [{ size: $DISK_SIZE, interface: sata }]
  nets: [{ name: default, type: e1000e }]
`,
    description: `An empty VM that starts from an installation medium of Windows 11, or of a server of its age: UEFI, a TPM, and
devices that Windows has drivers for. Install it on its screen: drover vm console NAME --graphic.
`,
  },
  {
    name: 'linux-network',
    settings: `version: 1.0
platform: kvm
os: { flavor: linux }
variables:
  MEMORY: 2048
  CPUS: 2
  DISK_SIZE: 20
  NETWORK: default
vm:
  boot-network: true
  cloudinit: false
  numcpus: $CPUS
  memory: $MEMORY
  disks: [$DISK_SIZE]
  nets: [$NETWORK]
`,
    description: `An empty VM that starts from the network: a server in it (PXE) says what is installed.
`,
  },
];

export interface BuiltInTemplate {
  readonly to: TemplateName;
  readonly entries: readonly Entry[];
}

const entry = (path: string, text: string): Entry => ({ path, bytes: Buffer.from(text), executable: false });

export const builtInTemplates: readonly BuiltInTemplate[] = BUILT_IN.map(({ name, settings, description }) => ({
  to: { group: FIRST_GROUP, name },
  entries: [entry(TEMPLATE_FILE, settings), entry(DESCRIPTION_FILE, description)],
}));
