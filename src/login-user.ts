/** Who logs in to which image, and what it reads, by words in its name. */

/** Those that read a config of Ignition. kcli knows no Flatcar. */
const IGNITION = /coreos|rhcos|fcos|flatcar/;

/** The first that fits (F-286, as kcli has it). */
const USERS: readonly (readonly [words: RegExp, user: string])[] = [
  [/rhel|centos-?(9|10)-?stream|centos-stream-([\w-]+-)?(9|10)\b/, 'cloud-user'],
  [/centos/, 'centos'],
  [IGNITION, 'core'],
  [/debian/, 'debian'],
  [/ubuntu|trusty|xenial|bionic|focal|jammy|noble|plucky|questing/, 'ubuntu'],
  [/fedora/, 'fedora'],
  [/\barch/, 'arch'],
  [/freebsd/, 'freebsd'],
  [/netbsd/, 'netbsd'],
  [/openbsd/, 'openbsd'],
  [/cirros/, 'cirros'],
];

/** `image`: the name of its volume. Root where none is known. */
export const loginUserOf = (image: string): string => knownUserOf(image) ?? 'root';

/** Undefined where the name says nothing. */
export function knownUserOf(image: string): string | undefined {
  const name = image.toLowerCase();
  return USERS.find(([words]) => words.test(name))?.[1];
}

export const isIgnitionImage = (image: string): boolean => IGNITION.test(image.toLowerCase());
