import { plainLine } from '../../transport/http/wire.ts';
import { child, textAt, type XmlElement } from '../../transport/xml.ts';
import { kindOf } from './kind.ts';

/** vSphere's "no", with its own name for it: `InvalidPowerState`, `NoPermission`. normalize-error.ts makes sentences of them. */
export class SoapFault extends Error {
  readonly fault: string;
  /** The fields of the fault: `privilegeId`, `existingState`. */
  readonly detail: XmlElement | undefined;

  constructor(fault: string, said: string, detail: XmlElement | undefined) {
    super(said);
    this.name = 'SoapFault';
    this.fault = fault;
    this.detail = detail;
  }
}

/** `<Fault><faultcode/><faultstring/><detail><XFault xsi:type="X">…`; undefined for an answer that is none. */
export function faultIn(body: XmlElement | undefined): SoapFault | undefined {
  const fault = child(body, 'Fault');
  if (!fault) return undefined;
  const detail = child(fault, 'detail')?.children[0];
  return new SoapFault(nameOf(detail), plainLine(textAt(fault, 'faultstring') ?? ''), detail);
}

/** A LocalizedMethodFault, as tasks end with: `<fault xsi:type="X">…</fault><localizedMessage>`. */
export function localizedFault(error: XmlElement): SoapFault {
  const detail = child(error, 'fault');
  return new SoapFault(nameOf(detail), plainLine(textAt(error, 'localizedMessage') ?? ''), detail);
}

const nameOf = (detail: XmlElement | undefined): string => kindOf(detail) ?? detail?.name.replace(/Fault$/, '') ?? '';

export const isFault = (error: unknown, ...names: readonly string[]): error is SoapFault =>
  error instanceof SoapFault && names.includes(error.fault);
