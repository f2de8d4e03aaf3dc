/** VMs that were made of templates: they keep its name and version as their profile. */
import type { VmId } from '../../ids.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { compareVersions, spellTemplate, type Template, templateOfProfile } from './template.ts';

export interface MadeOfTemplate {
  readonly id: VmId;
  /** `GROUP/NAME`. */
  readonly template: string;
  readonly version: string;
  /** Its template has a newer version now. */
  readonly isOld: boolean;
}

/** All of the fleet that say so, in no order. The cost grows with the fleet. */
export function vmsOfTemplates({ vms }: Pick<Fleet, 'vms'>, templates: readonly Template[]): readonly MadeOfTemplate[] {
  const versionOf = new Map(templates.map((one) => [spellTemplate(one), one.version]));
  const made: MadeOfTemplate[] = [];
  for (const { id, profile } of vms.values()) {
    const of = templateOfProfile(profile);
    if (!of) continue;
    const template = spellTemplate(of);
    const newest = versionOf.get(template);
    const isOld = newest !== undefined && compareVersions(of.version, newest) < 0;
    made.push({ id, template, version: of.version, isOld });
  }
  return made;
}
