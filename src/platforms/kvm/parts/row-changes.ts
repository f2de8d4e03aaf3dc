/** Rows of settings that were changed: one change for each, which is made by the operation that disks and NICs have. */
import { FleetError } from '../../../errors.ts';
import { type ListField, type Settings, sameValue, type Warning } from '../../contract.ts';
import type { GuestCall } from '../vm/guest-call.ts';
import type { GuestDevices } from '../vm/guest-devices.ts';

/** Without `from` it is a new row, without `to` one that is taken off. */
export interface RowChange {
  readonly from: Settings | undefined;
  readonly to: Settings | undefined;
}

export interface PartChange {
  readonly warnings: readonly Warning[];
  /** `detach vdb`, for the sentence of what was done before another one failed. */
  readonly what: string;
  /** `devices` as they are by then. */
  send(call: GuestCall, devices: GuestDevices): Promise<readonly Warning[]>;
}

/** What is taken off comes first, so that its place is free. Throws op.refused for what a row that is there can't become. */
export function rowChanges(
  { identity, item, one }: ListField,
  vm: string,
  now: readonly Settings[],
  wanted: readonly Settings[],
): readonly RowChange[] {
  const called = (rows: readonly Settings[], { [identity]: own }: Settings) =>
    own === undefined || own === '' ? undefined : rows.find((row) => row[identity] === own);
  const gone = now.filter((row) => !called(wanted, row)).map((from) => ({ from, to: undefined }));
  const others = wanted.flatMap((row): readonly RowChange[] => {
    const from = called(now, row);
    if (!from) return [{ from, to: row }];
    const keys = Object.keys(row).filter((key) => {
      const field = item.find((each) => each.key === key);
      // What was emptied is '' in a form, and not there in what is read.
      return !sameValue(field, from[key] ?? '', row[key] ?? '');
    });
    const fixed = item.find(({ key, fixed: stays }) => stays && keys.includes(key));
    if (!fixed) return keys.length === 0 ? [] : [{ from, to: row }];
    throw new FleetError(
      'op.refused',
      `${vm}: ${fixed.label} of ${String(from[identity])} stays as it is: the ${one} was made with it`,
      { fix: `take it off, and add another ${one}` },
    );
  });
  return [...gone, ...others];
}
