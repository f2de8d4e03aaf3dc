/** `drover vm application web1`: where the application in a VM is, opened in a browser, and said by the user. */
import {
  applicationOf,
  changedDetails,
  DETAIL_FIELDS,
  type Page,
  pageOf,
  type VmApplication,
} from '../../actions/appliances/application.ts';
import { startBrowser } from '../../actions/appliances/browser.ts';
import { FleetError, sentence } from '../../errors.ts';
import type { Vm } from '../../platforms/contract.ts';
import { DETAILS } from '../../state/appliances/application.ts';
import { ownDetails } from '../../state/config/applications.ts';
import { browserWords } from '../../state/config/preferences.ts';
import { clipboardSequence } from '../../terminal/clipboard.ts';
import { clean } from '../../terminal/width.ts';
import { type Command, type CommandContext, EXIT } from '../command.ts';
import { findVms } from '../find.ts';
import type { Flag } from '../flags.ts';
import type { Row } from '../output.ts';
import { printDetails } from '../print-details.ts';
import { printResults, printWritten } from '../results.ts';

const MANAGEMENT: Flag = {
  key: 'management',
  label: 'Management',
  help: 'The page that it is managed by, and not the application.',
  kind: 'flag',
};
const CLEAR: Flag = { key: 'clear', label: 'Clear', help: 'Take back all that was said.', kind: 'flag' };

async function onlyVm(words: readonly string[], context: CommandContext): Promise<Vm> {
  const [word, ...more] = words;
  const [vm] = word === undefined || more.length > 0 ? [] : await findVms([word], context);
  if (!vm) throw new FleetError('usage', 'which VM? Name one');
  return vm;
}

const rowOf = (vm: Vm, { template, appliance, pages }: VmApplication): Row => ({
  id: vm.id,
  name: vm.name,
  template,
  appliance: appliance?.name,
  title: appliance?.title,
  provider: appliance?.provider || undefined,
  version: appliance?.version || undefined,
  application: pages.application,
  management: pages.management,
});

const showCommand: Command = {
  noun: 'vm',
  verb: 'application',
  help: 'Show which appliance a VM was made of, and where its application and its management page are.',
  takes: 'NAME',
  flags: () => [],
  async run(context, { words }) {
    const vm = await onlyVm(words, context);
    const value = rowOf(vm, await applicationOf(vm, context.app, context.signal));
    const lines = Object.entries(value).flatMap(([key, text]) =>
      text === undefined ? [] : [[key, String(text)] as const],
    );
    await printDetails([{ value, name: vm.name, lines }], context);
    return EXIT.done;
  },
};

const openCommand: Command = {
  noun: 'vm',
  verb: 'open',
  help: 'Open the application in a VM that was made of an appliance, by the browser of the configuration.',
  takes: 'NAME',
  flags: () => [MANAGEMENT],
  async run(context, { words, values }) {
    const { app, format, stdout, signal } = context;
    const vm = await onlyVm(words, context);
    const page: Page = values[MANAGEMENT.key] === true ? 'management' : 'application';
    const url = pageOf(page, vm, await applicationOf(vm, app, signal));
    const browser = browserWords(app.config().file);
    // What is piped or redirected is data alone.
    const isShown = format === 'table' && (stdout as { readonly isTTY?: boolean }).isTTY === true;
    if (isShown) stdout.write(clipboardSequence(url));
    let [started, failed] = ['', ''];
    if (browser && !app.isDryRun)
      await startBrowser(browser, url).then(
        (program) => (started = `; ${program} was started`),
        (error: unknown) => (failed = sentence(error)),
      );
    await printResults([{ name: vm.name, text: `${vm.name}: ${url}${started}`, answer: url }], false, context);
    if (failed === '') return EXIT.done;
    context.say(clean(failed));
    return EXIT.failed;
  },
};

const detailsCommand: Command = {
  noun: 'vm',
  verb: 'application-details',
  help: 'Say where the application in a VM is, and its management page; what is not named stays as it is.',
  takes: 'NAME',
  flags: () => [...DETAIL_FIELDS, CLEAR],
  async run(context, { words, values }) {
    const { app } = context;
    const vm = await onlyVm(words, context);
    const given = Object.fromEntries(Object.entries(values).filter(([key]) => DETAILS.some((one) => one === key)));
    const isClear = values[CLEAR.key] === true;
    if (isClear === Object.keys(given).length > 0)
      throw new FleetError('usage', 'say what is to be changed, or --clear', {
        fix: 'drover help vm application-details',
      });
    const basedOn = app.config();
    const own = isClear ? undefined : ownDetails(basedOn.file, vm);
    const change = changedDetails(vm, own, given);
    const written = await app.changeConfig(change, basedOn);
    const said = change.details === undefined ? 'nothing is said of its application now' : 'its application is as said';
    return printWritten(vm.name, `${vm.name}: ${said}`, written, context);
  },
};

export const applicationCommands: readonly Command[] = [showCommand, openCommand, detailsCommand];
