/** Vendors' cloud images as the first catalog: the words that `image.create` knows, and where their makers publish checksums. */
import type { Appliance } from '../../state/appliances/appliance.ts';
import { CLOUD_IMAGES } from '../../state/config/appliance-catalogs.ts';
import { imageKeywords, imageUrl } from '../image-keywords.ts';

interface Vendor {
  /** How its words begin. */
  readonly word: string;
  readonly title: string;
  readonly homepage: string;
  /** The file beside its images that has their checksums; undefined where there is none for all of them. */
  readonly checksums?: string;
}

/** cloud.debian.org, cloud-images.ubuntu.com and wiki.almalinux.org document theirs. */
const VENDORS: readonly Vendor[] = [
  {
    word: 'almalinux',
    title: 'AlmaLinux',
    homepage: 'https://wiki.almalinux.org/cloud/Generic-cloud',
    checksums: 'CHECKSUM',
  },
  { word: 'arch', title: 'Arch Linux', homepage: 'https://archlinux.org' },
  { word: 'centos', title: 'CentOS', homepage: 'https://cloud.centos.org' },
  { word: 'cirros', title: 'CirrOS', homepage: 'https://launchpad.net/cirros' },
  { word: 'debian', title: 'Debian', homepage: 'https://cloud.debian.org', checksums: 'SHA512SUMS' },
  { word: 'fedora', title: 'Fedora', homepage: 'https://fedoraproject.org/cloud' },
  { word: 'gentoo', title: 'Gentoo', homepage: 'https://www.gentoo.org' },
  { word: 'openeuler', title: 'openEuler', homepage: 'https://www.openeuler.org' },
  { word: 'opensuse', title: 'openSUSE Leap', homepage: 'https://get.opensuse.org' },
  { word: 'rockylinux', title: 'Rocky Linux', homepage: 'https://rockylinux.org' },
  { word: 'ubuntu', title: 'Ubuntu', homepage: 'https://cloud-images.ubuntu.com', checksums: 'SHA256SUMS' },
];

const vendorOf = (word: string): Vendor | undefined => VENDORS.find((one) => word.startsWith(one.word));

/** `arch`: of the images, x86_64 or aarch64. */
export const cloudImages = (arch: string): readonly Appliance[] =>
  Object.keys(imageKeywords).map((word) => {
    const vendor = vendorOf(word);
    const version = versionIn(word.slice(vendor?.word.length ?? 0));
    return {
      catalog: CLOUD_IMAGES,
      name: word,
      title: [vendor?.title ?? word, version].filter(Boolean).join(' '),
      provider: vendor?.title ?? '',
      version,
      arch,
      description: 'A cloud image, which cloud-init sets up at the first start of each VM.',
      location: imageUrl(word, arch),
      keyword: word,
      ...(vendor && { homepage: vendor.homepage }),
    };
  });

/** Where the checksum of such an image is published; undefined where drover knows no such place. */
export function checksumListOf({
  keyword = '',
  location,
}: Appliance): { readonly list: string; readonly file: string } | undefined {
  const checksums = vendorOf(keyword)?.checksums;
  if (checksums === undefined) return undefined;
  const at = location.lastIndexOf('/') + 1;
  return { list: `${location.slice(0, at)}${checksums}`, file: location.slice(at) };
}

/** `2404` is 24.04, `156` of openSUSE is 15.6, `9stream` is 9 Stream. */
function versionIn(rest: string): string {
  const [, digits = '', word = ''] = /^(\d*)(.*)$/.exec(rest) ?? [];
  const number =
    digits.length === 4 ? `${digits.slice(0, 2)}.${digits.slice(2)}` : digits.replace(/^(\d\d)(\d)$/, '$1.$2');
  return [number, word && word.charAt(0).toUpperCase() + word.slice(1)].filter(Boolean).join(' ');
}
