/** The value of a typed parameter, as libvirt's protocol has it: `remote_typed_param_value`. */
import { XdrError, type XdrReader } from './xdr.ts';

/** Its tags. */
export const TYPE = { int: 1, uint: 2, llong: 3, ullong: 4, double: 5, boolean: 6, string: 7 } as const;

/** `what` is it of, for the XdrError that a tag without a meaning throws; `readText` takes or steps over a text. */
export function readTypedValue<Text>(
  reader: XdrReader,
  what: string,
  readText: (reader: XdrReader) => Text,
): number | Text {
  const type = reader.i32();
  switch (type) {
    case TYPE.int:
    case TYPE.boolean:
      return reader.i32();
    case TYPE.uint:
      return reader.u32();
    case TYPE.llong:
      return reader.i64();
    case TYPE.ullong:
      return reader.u64();
    case TYPE.double:
      return reader.double();
    case TYPE.string:
      return readText(reader);
    default:
      throw new XdrError(`${what} of type ${type}`);
  }
}
