/** What can be listed of a cloud: as much as its catalog has services for. */
import type { Absences, Connection } from '../contract.ts';
import { lacking } from '../lib/listed.ts';
import type { Api } from './api.ts';
import type { Cloud } from './cloud.ts';
import { listFlavors } from './flavors.ts';
import { listImages } from './image-list.ts';
import { listNetworks } from './networks.ts';
import { listStorages, listVolumes } from './volume-list.ts';

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

const missing = (service: string): string => `the catalog of this cloud names no ${service} that can be reached`;

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
            ...lacking('volume types are made by administrators of the cloud', ['storage'], ['storage.list']),
            ...lacking('drover does not manage volumes of Cinder yet', ['volume'], ['volume.list']),
          }
        : { storage: missing('Cinder'), volume: missing('Cinder') }),
      ...(neutron
        ? lacking('drover does not manage networks of Neutron yet', ['network'], ['network.list'])
        : { network: missing('Neutron') }),
      ...(glance
        ? lacking('drover does not manage images of Glance yet', ['image'], ['image.list'])
        : { image: missing('Glance') }),
    },
  };
}
