/** Which packages have what a host needs, by family of distributions, and the commands that install them. */
import { type Facts, releaseOf } from './facts.ts';

/** What packages can bring. */
export type Need = 'libvirt' | 'virsh' | 'network' | 'emulator' | 'qemu-img' | 'dnsmasq' | 'uefi' | 'tpm' | 'carrier';

interface Family {
  readonly id: 'debian' | 'fedora' | 'suse' | 'arch';
  /** The program that installs; one that is not there makes the distribution unknown: an image that can't be changed so. */
  readonly installer: string;
  /** Before the first install: the lists may be old, or not there at all. */
  readonly refresh?: readonly string[];
  readonly install: readonly string[];
  /** Exit codes beside 0 of an install that is done, with something to remark. */
  readonly alsoDone?: readonly number[];
  packagesOf(need: Need, arch: string): readonly string[];
  /** Its libvirt is several daemons that start when their sockets are used. */
  readonly isModular: boolean;
}

const isArm = (arch: string): boolean => arch === 'aarch64';
const isX86 = (arch: string): boolean => arch === 'x86_64';

/** Packages by need; what depends on the processor has a function. A need without a package can't be met by one. */
type Packages = Readonly<Record<Need, string | ((arch: string) => string | undefined)>>;

const DEBIAN: Packages = {
  libvirt: 'libvirt-daemon-system',
  virsh: 'libvirt-clients',
  // comes with libvirt-daemon-system
  network: () => undefined,
  emulator: (arch) => (isX86(arch) ? 'qemu-system-x86' : isArm(arch) ? 'qemu-system-arm' : undefined),
  'qemu-img': 'qemu-utils',
  dnsmasq: 'dnsmasq-base',
  uefi: (arch) => (isX86(arch) ? 'ovmf' : isArm(arch) ? 'qemu-efi-aarch64' : undefined),
  tpm: 'swtpm-tools',
  carrier: 'netcat-openbsd',
};
const FEDORA: Packages = {
  libvirt: 'libvirt-daemon-kvm',
  virsh: 'libvirt-client',
  network: 'libvirt-daemon-config-network',
  emulator: 'qemu-kvm',
  'qemu-img': 'qemu-img',
  dnsmasq: 'dnsmasq',
  uefi: (arch) => (isX86(arch) ? 'edk2-ovmf' : isArm(arch) ? 'edk2-aarch64' : undefined),
  tpm: 'swtpm-tools',
  carrier: 'nmap-ncat',
};
const SUSE: Packages = {
  libvirt: 'libvirt-daemon-qemu',
  virsh: 'libvirt-client',
  network: 'libvirt-daemon-config-network',
  emulator: (arch) => (isX86(arch) ? 'qemu-x86' : isArm(arch) ? 'qemu-arm' : undefined),
  'qemu-img': 'qemu-tools',
  dnsmasq: 'dnsmasq',
  uefi: (arch) => (isX86(arch) ? 'qemu-ovmf-x86_64' : isArm(arch) ? 'qemu-uefi-aarch64' : undefined),
  tpm: 'swtpm',
  carrier: 'netcat-openbsd',
};
const ARCH: Packages = {
  libvirt: 'libvirt',
  virsh: 'libvirt',
  network: 'libvirt',
  emulator: 'qemu-base',
  'qemu-img': 'qemu-img',
  dnsmasq: 'dnsmasq',
  uefi: (arch) => (isX86(arch) ? 'edk2-ovmf' : isArm(arch) ? 'edk2-aarch64' : undefined),
  tpm: 'swtpm',
  carrier: 'openbsd-netcat',
};

const from =
  (packages: Packages): Family['packagesOf'] =>
  (need, arch) => {
    const name = packages[need];
    const one = typeof name === 'string' ? name : name(arch);
    return one === undefined ? [] : [one];
  };

const APT = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get'] as const;
/** -y agrees to removals too, so they are forbidden; files that an admin has changed stay; another apt may be at work. */
const APT_OPTIONS = ['--no-remove', '-o', 'Dpkg::Options::=--force-confold', '-o', 'DPkg::Lock::Timeout=120'] as const;

const FAMILIES: readonly Family[] = [
  {
    id: 'debian',
    installer: 'apt-get',
    refresh: [...APT, 'update'],
    install: [...APT, 'install', '-y', ...APT_OPTIONS],
    packagesOf: from(DEBIAN),
    isModular: false,
  },
  {
    id: 'fedora',
    installer: 'dnf',
    install: ['dnf', 'install', '-y'],
    packagesOf: from(FEDORA),
    isModular: true,
  },
  {
    id: 'suse',
    installer: 'zypper',
    install: ['zypper', '--non-interactive', 'install'],
    // a repository was left out; a script of a package failed
    alsoDone: [106, 107],
    packagesOf: from(SUSE),
    isModular: true,
  },
  {
    id: 'arch',
    installer: 'pacman',
    install: ['pacman', '-S', '--needed', '--noconfirm'],
    packagesOf: from(ARCH),
    isModular: false,
  },
];

const NAMES: Readonly<Record<string, Family['id']>> = {
  debian: 'debian',
  ubuntu: 'debian',
  fedora: 'fedora',
  rhel: 'fedora',
  centos: 'fedora',
  suse: 'suse',
  opensuse: 'suse',
  arch: 'arch',
};

/** Its QEMU is its own, and packages of Debian would take its place. */
export const isProxmox = (facts: Facts): boolean => facts.has('pve', 'yes');

/**
 * By what it is, or is like: `ID_LIKE="rhel centos fedora"`. Undefined for one that is not known, or has not the installer, and for
 * Proxmox VE, which calls itself debian.
 */
export function familyOf(facts: Facts): Family | undefined {
  if (isProxmox(facts)) return undefined;
  const { id, like } = releaseOf(facts);
  const words = [id, ...like.split(' ')].map((word) => word.toLowerCase());
  const names = words.flatMap((word) => (Object.hasOwn(NAMES, word) ? NAMES[word] : []));
  const family = FAMILIES.find((one) => one.id === names[0]);
  return family && facts.has('tool', family.installer) ? family : undefined;
}
