import {
  applicationOf,
  changedDetails,
  DETAIL_FIELDS,
  type Page,
  pageOf,
} from '../../actions/appliances/application.ts';
import { startBrowser } from '../../actions/appliances/browser.ts';
import type { ViewActionId } from '../../actions/view.ts';
import { FleetError } from '../../errors.ts';
import { endpointOf } from '../../ids.ts';
import type { Vm } from '../../platforms/contract.ts';
import { ownDetails } from '../../state/config/applications.ts';
import { browserWords } from '../../state/config/preferences.ts';
import { clean } from '../../terminal/width.ts';
import { vmUnder } from '../actions/subject.ts';
import { deadline } from '../deadline.ts';
import { askOptions } from '../dialogs/action-options.ts';
import type { Stage } from '../stage.ts';
import { createCopying } from './copy.ts';
import type { FleetState } from './fleet-state.ts';

const ADDRESS_MS = 15_000;
const SPECIFY = 'Specify details of the application';

/** The pages of the application in a VM: copied, and opened by the browser of the configuration; and where they are. */
export function applicationPages(stage: Stage, state: FleetState): Partial<Record<ViewActionId, () => void>> {
  const { services, message } = stage;
  const { send } = createCopying(stage);

  const chosenVm = (): Vm => {
    const id = vmUnder(state);
    const vm = id === undefined ? undefined : services.store.fleet.vms.get(id);
    if (!vm) throw new FleetError('op.refused', 'go to a VM first: this row has no application');
    return vm;
  };

  const open = async (page: Page) => {
    const vm = chosenVm();
    const done = new AbortController();
    const late = `the address of ${clean(vm.name)} did not come within ${ADDRESS_MS / 1000} s`;
    const signal = deadline(services.clock, ADDRESS_MS, late, done.signal);
    try {
      const url = pageOf(page, vm, await applicationOf(vm, services, signal));
      send(url, `${url} was`);
      const browser = browserWords(services.config().file);
      if (browser && !services.isDryRun)
        message.say(`${await startBrowser(browser, url)} was started for ${url}`, 'good');
    } finally {
      done.abort();
    }
  };

  const specify = async () => {
    const vm = chosenVm();
    const basedOn = services.config();
    const before = ownDetails(basedOn.file, vm);
    const over = new AbortController();
    const form = { title: SPECIFY, options: DETAIL_FIELDS };
    const question = `The application in ${clean(vm.name)}; what is empty is as its appliance says:`;
    const given = await askOptions(stage, form, endpointOf(vm.id), question, { ...before }, over.signal);
    if (!given) return;
    const change = changedDetails(vm, undefined, given);
    if (change.details === undefined && !before) return;
    const written = await services.changeConfig(change, basedOn);
    const said = change.details === undefined ? 'nothing is said of its application now' : 'its application is as said';
    message.say(`${clean(vm.name)}: ${written ? said : 'nothing was written'}`, 'good');
  };

  return {
    'view.open-application': () => void open('application').catch(message.fail),
    'view.open-management': () => void open('management').catch(message.fail),
    'view.application-details': () => void specify().catch(message.fail),
  };
}
