import { expect, it } from 'vitest';
import { nativeOfPart, type VmId, vmOf } from '../../src/ids.ts';
import type { AttachedDisk, AttachedNic, Connection, DiskOps, DiskSpec, NicOps } from '../../src/platforms/contract.ts';
import type { PlatformFacts } from '../../src/platforms/testkit.ts';
import { bytes, mib } from '../../src/units.ts';
import type { Bench } from './bench.ts';
import { MOST_TRIES, patient, present } from './bench.ts';
import { refusal } from './refusal.ts';

const ANY = { volume: '', storage: '', format: '', bus: '', shareable: false };

const disksOf = ({ disk }: Connection) => present(disk) as Required<DiskOps>;
const nicsOf = ({ nic }: Connection) => present(nic) as Required<NicOps>;

/** Disks and NICs of a VM: listed, added, changed and taken away; seen by reading the list again. */
export function parts(bench: () => Bench, facts: PlatformFacts): void {
  const { parts: how } = facts;
  const least = how?.diskSize ?? mib(64);
  const more = bytes(2 * least);
  const NEW: DiskSpec = { ...ANY, size: least };

  it('F-263 F-418 F-419 disks and NICs are listed as the details of their VM list them', async () => {
    const vm = await bench().server.stoppedVm();
    const connection = await bench().connect();
    const info = await connection.vm.info(vm, patient());
    await bench().supporting(connection, 'disk.list', async () => {
      const all = await disksOf(connection).list(vm, patient());
      expect(all).toMatchObject(info.disks);
      for (const { id, name, device } of all) {
        expect([vmOf(id), nativeOfPart(id), name]).toEqual([vm, device, device]);
      }
    });
    await bench().supporting(connection, 'nic.list', async () => {
      const all = await nicsOf(connection).list(vm, patient());
      expect(all).toMatchObject(info.nics);
      for (const { id, identity, mac } of all) expect([vmOf(id), identity]).toEqual([vm, mac]);
    });
  });

  if (!how) {
    it('disks and NICs can not be changed', () =>
      expect(facts.operations.filter((name) => /^(disk|nic)\.(?!list)/.test(name))).toEqual([]));
    return;
  }

  /** Reads until it is as it should be: a mutator answers when it is accepted. */
  async function until<T>(what: string, read: () => Promise<T>, holds: (now: T) => boolean): Promise<T> {
    const { clock } = bench().server;
    const end = clock.ticks() + present(how).takeMs;
    let tries = 0;
    for (;;) {
      const now = await read();
      if (holds(now)) return now;
      if (clock.ticks() > end && tries++ > MOST_TRIES)
        throw new Error(`waited for ${what}; there are ${JSON.stringify(now)}`);
      await new Promise<void>((resolve) => void clock.after(100, resolve));
    }
  }
  const untilDisk = async (
    connection: Connection,
    vm: VmId,
    id: string,
    holds: (disk: AttachedDisk | undefined) => boolean,
  ): Promise<AttachedDisk | undefined> => {
    const one = (all: readonly AttachedDisk[]) => all.find((disk) => disk.id === id);
    return one(
      await until(
        id,
        () => disksOf(connection).list(vm, patient()),
        (all) => holds(one(all)),
      ),
    );
  };
  const untilNic = async (
    connection: Connection,
    vm: VmId,
    id: string,
    holds: (nic: AttachedNic | undefined) => boolean,
  ): Promise<AttachedNic | undefined> => {
    const one = (all: readonly AttachedNic[]) => all.find((nic) => nic.id === id);
    return one(
      await until(
        id,
        () => nicsOf(connection).list(vm, patient()),
        (all) => holds(one(all)),
      ),
    );
  };
  const isThere = (one: unknown) => one !== undefined;
  const isGone = (one: unknown) => one === undefined;

  it('F-196 F-260 F-261 a disk is added, grows, and is deleted with its volume', async () => {
    const vm = await bench().server.doomedVm();
    const connection = await bench().connect();
    const disks = disksOf(connection);
    const before = await disks.list(vm, patient());
    const { id, made } = await bench().supporting(connection, 'disk.create', async () => {
      const { id: ofNew } = await disks.create(vm, NEW, patient());
      return { id: ofNew, made: present(await untilDisk(connection, vm, ofNew, isThere)) };
    });
    expect(made).toMatchObject({ type: 'disk', size: NEW.size, readOnly: false });
    // Where disks are made empty alone it is said, instead of one without the image.
    const { code } = await refusal(disks.create(vm, { ...NEW, image: 'no-such-image' }, patient()));
    expect(['image.not-found', 'op.unsupported']).toContain(code);
    expect((await disks.list(vm, patient())).length).toBe(before.length + 1);

    await bench().supporting(connection, 'disk.resize', async () => {
      await disks.resize(id, more, patient());
      await untilDisk(connection, vm, id, (disk) => disk?.size === more);
    });
    expect(await refusal(disks.resize(id, least, patient()))).toMatchObject({ code: 'op.refused' });

    await bench().supporting(connection, 'disk.planDelete', async () => {
      expect(await disks.planDelete(id, patient())).toMatchObject({ goes: [made.path] });
    });
    await bench().supporting(connection, 'disk.delete', async () => {
      await disks.delete(id, patient());
      await untilDisk(connection, vm, id, isGone);
    });
    expect(await refusal(disks.delete(id, patient()))).toMatchObject({ code: 'disk.not-found' });
    if (how.volumes) {
      const { list } = present(connection.volume);
      const all = await present(list)(bench().server.endpoint.name, patient());
      expect(all.some(({ path }) => path === made.path)).toBe(false);
    }
  });

  if (how.volumes) {
    it('F-265 a disk is detached, its volume stays, and is attached again, to one VM at a time', async () => {
      const vm = await bench().server.doomedVm();
      const other = await bench().server.doomedVm();
      const connection = await bench().connect();
      const disks = disksOf(connection);
      const first = await disks.create(vm, NEW, patient());
      const { path } = present(await untilDisk(connection, vm, first.id, isThere));
      expect(await refusal(disks.create(other, { ...NEW, volume: path }, patient()))).toMatchObject({
        code: 'op.conflict',
      });
      await bench().supporting(connection, 'disk.detach', async () => {
        await disks.detach(first.id, patient());
        await untilDisk(connection, vm, first.id, isGone);
      });
      const list = present(present(connection.volume).list);
      const { name: endpoint } = bench().server.endpoint;
      await until(
        `the volume ${path}`,
        () => list(endpoint, patient()),
        (all) => all.some((one) => one.path === path),
      );
      const second = await disks.create(other, { ...NEW, volume: path }, patient());
      expect(await untilDisk(connection, other, second.id, isThere)).toMatchObject({
        ...(!how.renamesVolumes && { path }),
        size: NEW.size,
      });
      await disks.delete(second.id, patient());
      await untilDisk(connection, other, second.id, isGone);
    });
  }

  const { storages } = how;
  if (storages && how.movesInPlace) {
    it('a disk gets another storage in its place, and the volume that it had is the volume that it has', async () => {
      const [from, to] = storages;
      const vm = await bench().server.doomedVm();
      const connection = await bench().connect();
      const disks = disksOf(connection);
      const { id } = await disks.create(vm, { ...NEW, storage: from }, patient());
      const before = present(await untilDisk(connection, vm, id, isThere));
      const spec = { storage: to, format: '', keep: false };
      const moved = await bench().supporting(connection, 'disk.move', async () => {
        await disks.move(id, spec, patient());
        return present(await untilDisk(connection, vm, id, (disk) => disk?.storage === to));
      });
      expect(moved).toMatchObject({ device: before.device, path: before.path, size: before.size });
      expect(await refusal(disks.move(id, spec, patient()))).toMatchObject({ code: 'op.refused' });
      const kept = disks.move(id, { ...spec, storage: from, keep: true }, patient());
      expect(await refusal(kept)).toMatchObject({ code: 'op.unsupported' });
      const nowhere = disks.move(id, { ...spec, storage: 'no-such-storage' }, patient());
      expect(await refusal(nowhere)).toMatchObject({ code: 'storage.not-found' });
    });
  } else if (storages) {
    it('a disk goes to another storage; the volume that it had goes, or stays where that was asked for', async () => {
      const [from, to] = storages;
      const vm = await bench().server.doomedVm();
      const connection = await bench().connect();
      const disks = disksOf(connection);
      const { id } = await disks.create(vm, { ...NEW, storage: from }, patient());
      const before = present(await untilDisk(connection, vm, id, isThere));
      const moved = await bench().supporting(connection, 'disk.move', async () => {
        await disks.move(id, { storage: to, format: '', keep: false }, patient());
        return present(await untilDisk(connection, vm, id, (disk) => disk?.path !== before.path));
      });
      expect(moved).toMatchObject({ device: before.device, size: before.size, type: 'disk' });
      expect(await bench().server.hasDisk(before.path)).toBe(false);
      const again = { storage: to, format: '', keep: false };
      expect(await refusal(disks.move(id, again, patient()))).toMatchObject({ code: 'op.refused' });
      const nowhere = disks.move(id, { ...again, storage: 'no-such-storage' }, patient());
      expect(await refusal(nowhere)).toMatchObject({ code: 'storage.not-found' });

      await disks.move(id, { storage: from, format: '', keep: true }, patient());
      await untilDisk(connection, vm, id, (disk) => disk?.path !== moved.path);
      expect(await bench().server.hasDisk(moved.path)).toBe(true);
    });
  }

  it('F-276 F-277 F-278 a NIC is added, plugged into another network, and removed', async () => {
    const vm = await bench().server.doomedVm();
    const connection = await bench().connect();
    const nics = nicsOf(connection);
    const [one, two] = how.networks;
    const mac = how.ownMacs === false ? '' : '52:54:00:aa:bb:01';
    const { id, made } = await bench().supporting(connection, 'nic.create', async () => {
      const spec = { network: one, model: '', mac };
      const { id: ofNew } = await nics.create(vm, spec, patient());
      return { id: ofNew, made: present(await untilNic(connection, vm, ofNew, isThere)) };
    });
    expect(made).toMatchObject({ net: one, ...(mac !== '' && { mac }) });
    if (mac !== '')
      expect(await refusal(nics.create(vm, { network: one, model: '', mac }, patient()))).toMatchObject({
        code: 'op.conflict',
      });
    if (facts.operations.includes('nic.connect')) {
      await bench().supporting(connection, 'nic.connect', async () => {
        await nics.connect(id, two, patient());
        expect(await untilNic(connection, vm, id, (nic) => nic?.net === two)).toMatchObject({ mac: made.mac });
      });
      const nowhere = nics.connect(id, 'no-such-network', patient());
      expect(await refusal(nowhere)).toMatchObject({ code: 'network.not-found' });
    }
    await bench().supporting(connection, 'nic.delete', async () => {
      await nics.delete(id, patient());
      await untilNic(connection, vm, id, isGone);
    });
    expect(await refusal(nics.delete(id, patient()))).toMatchObject({ code: 'nic.not-found' });
  });

  const { medium } = how;
  if (medium !== undefined) {
    it('F-296 a medium is put into a drive, and taken out', async () => {
      const connection = await bench().connect();
      const disks = disksOf(connection);
      const vm = await present(bench().server.vmWithDrive)();
      const { id } = present((await disks.list(vm, patient())).find(({ type }) => type === 'cdrom'));
      await bench().supporting(connection, 'disk.insert', async () => {
        await disks.insert(id, medium, patient());
        await untilDisk(connection, vm, id, (disk) => disk?.path === medium);
      });
      expect(await refusal(disks.insert(id, 'no-such.iso', patient()))).toMatchObject({ code: 'volume.not-found' });
      await disks.insert(id, '', patient());
      await untilDisk(connection, vm, id, (disk) => disk?.path === '');
    });
  }
}
