/** A new container as POST /nodes/{node}/lxc takes it (PVE::API2::LXC). */
import { mib } from '../../../units.ts';
import { refused } from '../../lib/spec-values.ts';
import { ipText } from '../make/seed.ts';
import { writeNotes } from '../vm/notes.ts';
import type { Form, PlacedDisk } from './qemu-form.ts';
import type { MakeSpec } from './spec.ts';
import { gibWord, nicText, USUAL_SIZE } from './texts.ts';

/** Settings that a container has not. */
const NOT_OF_CONTAINERS = [
  ...['iso', 'cpu', 'machine', 'firmware', 'tpm', 'rng', 'graphics', 'iommu', 'numa', 'numa-mode', 'pci', 'sockets'],
  ...['commands', 'user-data', 'seed', 'file', 'store-metadata'],
] as const;

/** Throws op.refused, with their names, for settings that only virtual machines have. */
export function refuseForContainer({ said, guest, name }: MakeSpec): void {
  const wrong = NOT_OF_CONTAINERS.filter((key) => said.has(key));
  if (wrong.length > 0) throw refused(`${name} would be a container, which has no ${wrong.join(', ')}`);
  const user = guest.seed?.login.user ?? '';
  if (user !== '' && user !== 'root')
    throw refused(`${name} would be a container, where root logs in, and not ${user}`, 'leave out the user');
  if (guest.seed?.login.keys.some((key) => /^[~/]/.test(key)))
    throw refused(`${name} would be a container, which takes keys, and no paths of keys`, 'give the keys themselves');
}

export function containerForm(
  spec: MakeSpec,
  {
    template,
    disks,
    bridges,
  }: { readonly template: string; readonly disks: readonly PlacedDisk[]; readonly bridges: readonly string[] },
): Form {
  const { name, memory, vcpus, autostart, protection, notes, tags, nics, guest } = spec;
  const description = writeNotes(notes);
  const login = guest.seed?.login;
  const { network } = guest;
  const volumes = disks.map(({ disk, storage }, at): readonly [string, string] => {
    const text = `${storage.name}:${gibWord(disk.size ?? USUAL_SIZE)}`;
    return at === 0 ? ['rootfs', text] : [`mp${at - 1}`, `${text},mp=/mnt/disk${at}`];
  });
  const cards = (nics ?? []).map((nic, at): readonly [string, string] => {
    const own = network.nics[at];
    const ip = own === undefined ? 'ip=dhcp' : own.how === 'none' ? 'ip=manual' : ipText(own);
    return [`net${at}`, `${nicText('lxc', nic, bridges[at] ?? '', at)},${ip}`];
  });
  return {
    ostemplate: template,
    hostname: name,
    memory: String(Math.round(memory / mib(1))),
    cores: String(vcpus),
    unprivileged: '1',
    ...(autostart && { onboot: '1' }),
    ...(protection && { protection: '1' }),
    ...(description !== '' && { description }),
    ...(tags.length > 0 && { tags: tags.join(';') }),
    ...(login && login.keys.length > 0 && { 'ssh-public-keys': `${login.keys.join('\n')}\n` }),
    ...(login && login.password !== '' && { password: login.password }),
    ...(network.dns.length > 0 && { nameserver: network.dns.join(' ') }),
    ...(network.domain !== '' && { searchdomain: network.domain }),
    ...Object.fromEntries([...volumes, ...cards]),
  };
}
