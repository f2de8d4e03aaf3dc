/** What can be listed of a cloud: as much as its catalog has services for. */
import type { Absences, Connection } from '../contract.ts';
import { lacking } from '../lib/listed.ts';
import type { Api } from './api.ts';
import type { Cloud } from './cloud.ts';
import { listFlavors } from './flavors.ts';
import { listImages } from './image/image-list.ts';
import { listNetworks } from './network/networks.ts';
import { missing } from './project.ts';
import { listStorages, listVolumes } from './volume/volume-list.ts';

export interface Lists {
  readonly groups: Pick<Connection, 'storage' | 'volume' | 'network' | 'image' | 'flavor'>;
  readonly whyNot: Absences;
}

export interface Services {
  readonly nova: Api;
  readonly glance: Api | undefined;
  readonly cinder: Api | undefined;
  readonly neutron: Api | undefined;
}

export function createLists(cloud: Cloud, { nova, glance, cinder, neutron }: Services): Lists {
  return {
    groups: {
      ...(cinder && {
        storage: { list: (_of, signal) => listStorages(cinder, cloud, signal) },
        volume: { list: (_of, signal) => listVolumes(cinder, nova, cloud, signal) },
      }),
      ...(neutron && { network: { list: (_of, signal) => listNetworks(neutron, cloud, signal) } }),
      ...(glance && { image: { list: (_of, signal) => listImages(glance, cloud, signal) } }),
      flavor: { list: (_of, signal) => listFlavors(nova, cloud, signal) },
    },
    whyNot: {
      ...(cinder
        ? {
            ...lacking(
              'a volume type of Cinder is there or not: it is not started, and nothing comes into it past Cinder',
              ['storage'],
              ['storage.list', 'storage.create', 'storage.planDelete', 'storage.delete'],
            ),
          }
        : { storage: missing('Cinder'), volume: missing('Cinder') }),
      ...(neutron ? {} : { network: missing('Neutron') }),
      ...(glance ? {} : { image: missing('Glance') }),
    },
  };
}
