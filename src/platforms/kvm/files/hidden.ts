/**
 * What libvirt leaves out of a definition that is shown: passwords of screens. A text that was changed and comes back without
 * them would take them away: they are put in again, and where that can't be done the change is refused.
 */
import { FleetError } from '../../../errors.ts';
import { attribute, type XmlElement } from '../../transport/xml.ts';
import type { XmlEditor } from '../xml/edit-xml.ts';
import { writeElement } from '../xml/write-element.ts';

interface Hidden {
  /** Names from the root down. */
  readonly way: readonly string[];
  /** As it is shown. */
  readonly element: XmlElement;
  readonly name: string;
  readonly value: string;
  /** What stands in its place; undefined for nothing. */
  readonly shown: string | undefined;
}

/**
 * `shown` and `whole` are one definition, without and with what is hidden; `editor` holds the text that `shown` has become.
 * What the text says itself stays, and what is hidden of an element that it has no more is gone with that. Throws op.unsupported
 * for anything hidden but attributes, and op.refused where it isn't clear which element is which.
 */
export function putBackHidden(vm: string, shown: XmlElement, whole: XmlElement, editor: XmlEditor): void {
  for (const { way, element, name, value, shown: sign } of differences(vm, [shown.name], shown, whole)) {
    const target = find(vm, way, element, shown, editor.root);
    if (target && attribute(target, name) === sign) editor.setAttribute(target, name, value);
  }
}

function differences(vm: string, way: readonly string[], shown: XmlElement, whole: XmlElement): readonly Hidden[] {
  const isOdd =
    shown.name !== whole.name ||
    shown.text !== whole.text ||
    shown.children.length !== whole.children.length ||
    Object.keys(shown.attributes).some((name) => attribute(whole, name) === undefined);
  if (isOdd) {
    const why = `libvirt hides a part of <${whole.name}> that drover can't keep`;
    throw new FleetError('op.unsupported', `${vm}: ${why}`, { fix: 'change it on its host with virsh edit' });
  }
  const own = Object.entries(whole.attributes).flatMap(([name, value]): readonly Hidden[] => {
    const sign = attribute(shown, name);
    return sign === value ? [] : [{ way, element: shown, name, value, shown: sign }];
  });
  const deeper = whole.children.flatMap((child, at) => {
    const counterpart = shown.children[at];
    return counterpart ? differences(vm, [...way, child.name], counterpart, child) : [];
  });
  return [...own, ...deeper];
}

/** The one in the text: of its kind there is one before and after, or it is as it was. Undefined for one that is gone. */
function find(
  vm: string,
  way: readonly string[],
  element: XmlElement,
  shown: XmlElement,
  text: XmlElement,
): XmlElement | undefined {
  const type = attribute(element, 'type');
  const alike = (root: XmlElement): readonly XmlElement[] =>
    way
      .slice(1)
      .reduce<readonly XmlElement[]>(
        (all, name) => all.flatMap(({ children }) => children.filter((one) => one.name === name)),
        root.name === way[0] ? [root] : [],
      )
      .filter((one) => attribute(one, 'type') === type);
  const [before, after] = [alike(shown), alike(text)];
  if (after.length === 0) return undefined;
  if (before.length === 1 && after.length === 1) return after[0];
  const same = after.filter((one) => writeElement(one) === writeElement(element));
  if (same.length === 1) return same[0];
  const why = `it is not clear which <${element.name}> of the text has the password that libvirt hides`;
  throw new FleetError('op.refused', `${vm}: ${why}`, { fix: 'change it on its host with virsh edit' });
}
