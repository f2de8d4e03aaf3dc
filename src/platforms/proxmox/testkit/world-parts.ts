/** What guests, nodes and storages of a pretended cluster have, which its world is made of. */

/** A list of rules as it stands in a `.fw` file, and whether it is on. */
export interface WorldFirewall {
  readonly rules: Readonly<Record<string, string>>[];
  isOn: boolean;
}

export const startFirewall = (isOn: boolean): WorldFirewall => ({ rules: [], isOn });

/** An appliance. */
export interface WorldOva {
  /** Sizes of its disks in bytes, by the name of their file. */
  readonly files: Readonly<Record<string, number>>;
  /** As the answer of the server has them, but for the storage: `disk1.vmdk` by device. */
  readonly disks: Readonly<Record<string, string>>;
  readonly args: Readonly<Record<string, string>>;
  /** Models, by `net0`. */
  readonly nics: Readonly<Record<string, string>>;
}
