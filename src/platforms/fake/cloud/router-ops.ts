import { FleetError } from '../../../errors.ts';
import { type RouterId, routerId } from '../../../ids.ts';
import type { LossPlan, Router, RouterOps } from '../../contract.ts';
import { refusePlanned, refuseTakenName } from '../../lib/listed.ts';
import type { Calls } from '../call.ts';
import { accepted } from '../power.ts';
import { refuseUnknown } from '../refuse-unknown.ts';
import type { FakeServer } from '../server.ts';

export function createRouterOps(server: FakeServer, calls: Calls): Required<RouterOps> {
  const { collections, endpoint } = server;
  const routerOf = (id: RouterId): Router => collections.router.one(id);
  const plan = ({ name, networks }: Router): LossPlan => ({
    goes: [`the router ${name}`],
    stays: [],
    ...(networks.length > 0 && { refused: `${name} leads to ${networks.join(', ')}: disconnect them first` }),
  });
  /** What it leads outside by, and its address there. */
  const wayOut = (outside: string): Pick<Router, 'outside' | 'address'> => {
    if (outside === '') return { outside: undefined, address: undefined };
    refuseUnknown(server, 'network', outside);
    return { outside, address: `198.51.100.${100 + collections.router.all().length}` };
  };

  return {
    list: (_of, signal) => calls.endpoint('router.list', signal, () => collections.router.all()),
    create: (_of, { name, outside }, signal) =>
      calls.endpoint('router.create', signal, () => {
        refuseTakenName('router', endpoint, collections.router.all(), name);
        const id = routerId(endpoint, name);
        collections.router.put({ id, name, ...wayOut(outside), networks: [], active: true });
        return { ...accepted(), id };
      }),
    update: (id, { outside }, signal) =>
      calls.endpoint('router.update', signal, () => {
        collections.router.put({ ...routerOf(id), ...wayOut(outside) });
        return accepted();
      }),
    connect: (id, network, signal) =>
      calls.endpoint('router.connect', signal, () => {
        const router = routerOf(id);
        refuseUnknown(server, 'network', network);
        if (router.networks.includes(network))
          return { warnings: [{ feature: 'router.connect', detail: `${router.name} leads to ${network} already` }] };
        collections.router.put({ ...router, networks: [...router.networks, network].toSorted() });
        return accepted();
      }),
    disconnect: (id, network, signal) =>
      calls.endpoint('router.disconnect', signal, () => {
        const router = routerOf(id);
        if (!router.networks.includes(network))
          throw new FleetError('op.refused', `${router.name} does not lead to ${network}`);
        collections.router.put({ ...router, networks: router.networks.filter((one) => one !== network) });
        return accepted();
      }),
    planDelete: (id, signal) => calls.endpoint('router.planDelete', signal, () => plan(routerOf(id))),
    delete: (id, signal) =>
      calls.endpoint('router.delete', signal, () => {
        refusePlanned(plan(routerOf(id)));
        collections.router.remove(id);
        return accepted();
      }),
  };
}
