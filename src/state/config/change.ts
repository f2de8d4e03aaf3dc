import type { EndpointName, NodeId, VmId } from '../../ids.ts';
import type { SettingValue } from '../../platforms/contract.ts';
import type { ApplicationDetails } from '../appliances/application.ts';
import type { Note } from '../fleet/fleet.ts';
import type { Definition } from './definitions.ts';
import type { Tree, Word } from './draft.ts';

/** Keys of the platform's and the common fields; undefined takes the key out of the file. */
export type EndpointChanges = Readonly<Record<string, SettingValue | undefined>>;

/** Every edit that drover makes in the configuration. Plain data: shown before it is done, and logged. */
export type ConfigChange =
  | {
      readonly kind: 'endpoint-add';
      readonly name: string;
      readonly platform: string;
      readonly values: EndpointChanges;
      /** The user's pool that it is in from the start, with all its nodes. */
      readonly pool?: string;
    }
  /** Only what changed. The platform and fixed fields can't be changed: ids hang on them. */
  | { readonly kind: 'endpoint-edit'; readonly name: EndpointName; readonly values: EndpointChanges }
  /** Takes it out of its pool too. */
  | { readonly kind: 'endpoint-remove'; readonly name: EndpointName }
  | { readonly kind: 'endpoint-enable'; readonly name: EndpointName; readonly enabled: boolean }
  | { readonly kind: 'pool-add'; readonly name: string; readonly in?: string }
  | { readonly kind: 'pool-rename'; readonly name: string; readonly to: string }
  /** The pools inside it move to where it was; its nodes are in no pool afterwards. */
  | { readonly kind: 'pool-remove'; readonly name: string }
  | { readonly kind: 'pool-nest'; readonly name: string; readonly in: string | undefined }
  /** The whole list of provisioning variables, F-017. */
  | { readonly kind: 'pool-variables'; readonly name: string; readonly variables: Readonly<Record<string, string>> }
  | { readonly kind: 'pool-read-only'; readonly name: string; readonly readOnly: boolean }
  /** A storage or network that is to be on the nodes of a pool. */
  | { readonly kind: 'definition-add'; readonly pool: string; readonly definition: Definition }
  /** The whole definition, perhaps under another name. */
  | {
      readonly kind: 'definition-edit';
      readonly pool: string;
      readonly of: DefinitionName;
      readonly definition: Definition;
    }
  | { readonly kind: 'definition-remove'; readonly pool: string; readonly of: DefinitionName }
  /** ConVirt's three first pools, F-002. Refused when there is a pool already. */
  | { readonly kind: 'pool-defaults' }
  /** An endpoint with all its nodes, or one node; undefined leaves it under no pool of the user. */
  | { readonly kind: 'node-move'; readonly node: EndpointName | NodeId; readonly to: string | undefined }
  /** What people should know of a VM or node, in place of what was written before. */
  | { readonly kind: 'note-write'; readonly of: NodeId | VmId; readonly note: Note }
  | { readonly kind: 'note-remove'; readonly of: NodeId | VmId }
  /** All that is said of the application in a VM, in place of what was said before; undefined takes that away. */
  | {
      readonly kind: 'application-details';
      readonly of: VmId;
      readonly details: ApplicationDetails | undefined;
      readonly uuid: string | undefined;
    }
  /** The whole view, under a new name or in place of the one that has it. */
  | { readonly kind: 'view-save'; readonly name: string; readonly view: ViewWords }
  | { readonly kind: 'view-remove'; readonly name: string }
  /** What new VMs are made of under a name. */
  | { readonly kind: 'profile-add'; readonly name: string; readonly values: ProfileValues }
  /** Only what changed. */
  | { readonly kind: 'profile-edit'; readonly name: string; readonly values: ProfileValues }
  | { readonly kind: 'profile-remove'; readonly name: string }
  /** Any other section: the theme, one key of the keymap. Undefined takes it out. */
  | { readonly kind: 'set'; readonly path: readonly [string, ...string[]]; readonly value: Word | undefined };

type DefinitionName = Pick<Definition, 'kind' | 'name'>;

/** By key; undefined takes it out of the file. */
export type ProfileValues = Readonly<Record<string, Tree | undefined>>;

/** A view as the file has it; what is usual is left out. */
export interface ViewWords {
  readonly filter?: string;
  readonly sort?: string;
  readonly columns?: readonly string[];
  readonly flat?: boolean;
  readonly nodes?: boolean;
}

export const DEFAULT_POOLS = ['Desktops', 'QA Lab', 'Servers'] as const;
