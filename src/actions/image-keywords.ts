/**
 * Cloud images by the words that kcli has for them, at their vendors' own addresses. `{arch}` is x86_64 or aarch64, `{deb}` amd64 or
 * arm64.
 */
import { FleetError } from '../errors.ts';
import { didYouMean } from '../nearest.ts';

const ALMA = 'https://repo.almalinux.org/almalinux';
const CENTOS = 'https://cloud.centos.org/centos';
const DEBIAN = 'https://cloud.debian.org/images/cloud';
const FEDORA = 'https://download.fedoraproject.org/pub/fedora/linux/releases';
const FEDORA_OLD = 'https://archives.fedoraproject.org/pub/archive/fedora/linux/releases';
const ROCKY = 'https://dl.rockylinux.org/pub/rocky';
const SUSE = 'https://download.opensuse.org';
const UBUNTU = 'https://cloud-images.ubuntu.com/releases';
const EULER = 'https://repo.openeuler.org';

const alma = (version: number) =>
  `${ALMA}/${version}/cloud/{arch}/images/AlmaLinux-${version}-GenericCloud-latest.{arch}.qcow2`;
const debian = (version: number, name: string) => `${DEBIAN}/${name}/latest/debian-${version}-generic-{deb}.qcow2`;
const ubuntu = (version: string) => `${UBUNTU}/${version}/release/ubuntu-${version}-server-cloudimg-{deb}.img`;
const fedora = (version: number, build: string) =>
  `${FEDORA}/${version}/Cloud/{arch}/images/Fedora-Cloud-Base-Generic-${version}-${build}.{arch}.qcow2`;

export const imageKeywords: Readonly<Record<string, string>> = {
  almalinux8: alma(8),
  almalinux9: alma(9),
  almalinux10: alma(10),
  arch: 'https://geo.mirror.pkgbuild.com/images/latest/Arch-Linux-{arch}-cloudimg.qcow2',
  centos7: `${CENTOS}/7/images/CentOS-7-{arch}-GenericCloud.qcow2`,
  centos8stream: `${CENTOS}/8-stream/{arch}/images/CentOS-Stream-GenericCloud-8-latest.{arch}.qcow2`,
  centos9stream: `${CENTOS}/9-stream/{arch}/images/CentOS-Stream-GenericCloud-9-latest.{arch}.qcow2`,
  centos10stream: `${CENTOS}/10-stream/{arch}/images/CentOS-Stream-GenericCloud-10-latest.{arch}.qcow2`,
  cirros: 'https://download.cirros-cloud.net/0.6.2/cirros-0.6.2-{arch}-disk.img',
  debian10: debian(10, 'buster'),
  debian11: debian(11, 'bullseye'),
  debian12: debian(12, 'bookworm'),
  debian13: debian(13, 'trixie'),
  fedora40: `${FEDORA_OLD}/40/Cloud/{arch}/images/Fedora-Cloud-Base-Generic.{arch}-40-1.14.qcow2`,
  fedora41: `${FEDORA_OLD}/41/Cloud/{arch}/images/Fedora-Cloud-Base-Generic-41-1.4.{arch}.qcow2`,
  fedora42: fedora(42, '1.1'),
  fedora43: fedora(43, '1.6'),
  fedora44: fedora(44, '1.7'),
  gentoo: 'https://gentoo.osuosl.org/experimental/{deb}/openstack/gentoo-openstack-{deb}-default-latest.qcow2',
  openeuler2403: `${EULER}/openEuler-24.03-LTS/virtual_machine_img/{arch}/openEuler-24.03-LTS-{arch}.qcow2.xz`,
  openeuler2409: `${EULER}/openEuler-24.09/virtual_machine_img/{arch}/openEuler-24.09-{arch}.qcow2.xz`,
  opensuse155: `${SUSE}/repositories/Cloud:/Images:/Leap_15.5/images/openSUSE-Leap-15.5.{arch}-NoCloud.qcow2`,
  opensuse156: `${SUSE}/repositories/Cloud:/Images:/Leap_15.6/images/openSUSE-Leap-15.6.{arch}-NoCloud.qcow2`,
  opensuse160: `${SUSE}/distribution/leap/16.0/appliances/Leap-16.0-Minimal-VM.{arch}-Cloud.qcow2`,
  rockylinux8: `${ROCKY}/8/images/{arch}/Rocky-8-GenericCloud.latest.{arch}.qcow2`,
  rockylinux9: `${ROCKY}/9/images/{arch}/Rocky-9-GenericCloud.latest.{arch}.qcow2`,
  rockylinux10: `${ROCKY}/10/images/{arch}/Rocky-10-GenericCloud-Base.latest.{arch}.qcow2`,
  ubuntu1804: ubuntu('18.04'),
  ubuntu2004: ubuntu('20.04'),
  ubuntu2204: ubuntu('22.04'),
  ubuntu2404: ubuntu('24.04'),
  ubuntu2504: ubuntu('25.04'),
  ubuntu2510: ubuntu('25.10'),
  ubuntu2604: ubuntu('26.04'),
};

/** Words of images that no address leads to, with where they are found. */
const BY_HAND: readonly (readonly [RegExp, string])[] = [
  [/^rhel\d+$/, 'https://access.redhat.com/downloads asks for a login'],
  [/^rhcos/, 'https://mirror.openshift.com/pub/openshift-v4/dependencies/rhcos has one for each version'],
  [/^fcos$/, 'https://fedoraproject.org/coreos/download has one for each build'],
  [/^fedoralatest$/, 'https://fedoraproject.org/cloud/download has one for each version'],
  [/bsd\d+$/, 'https://bsd-cloud-image.org has them'],
];

/** The address that a word stands for; an address is itself. Throws op.refused for a word that stands for none. */
export function imageUrl(said: string, arch: string): string {
  if (/^https?:\/\//.test(said)) return said;
  const url = Object.hasOwn(imageKeywords, said) ? imageKeywords[said] : undefined;
  if (url !== undefined)
    return url.replaceAll('{arch}', arch).replaceAll('{deb}', arch === 'aarch64' ? 'arm64' : 'amd64');
  const byHand = BY_HAND.find(([word]) => word.test(said));
  throw new FleetError(
    'op.refused',
    byHand
      ? `${said} can't be fetched by its word: ${byHand[1]}`
      : `${JSON.stringify(said)} is no address and no word for an image${didYouMean(said, Object.keys(imageKeywords))}`,
    { fix: byHand ? 'give its address: --url, or upload its file' : `words: ${Object.keys(imageKeywords).join(', ')}` },
  );
}
