import { aws } from './aws.ts';
import { govc } from './govc.ts';
import { kcli } from './kcli.ts';
import { openstack } from './openstack.ts';
import type { Importer } from './plan.ts';
import { pvetui } from './pvetui.ts';

/** In the order of the help. */
export const importers: readonly Importer[] = [kcli, pvetui, govc, openstack, aws];
