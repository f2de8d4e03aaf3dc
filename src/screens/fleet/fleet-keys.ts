import type { VmId } from '../../ids.ts';
import type { Vm } from '../../platforms/contract.ts';
import { whyNoVm } from '../actions/why-no-vm.ts';
import type { DetailsView } from '../details/details-view.ts';
import type { Stage, View } from '../stage.ts';
import { applicationPages } from './application-pages.ts';
import { copyCommands } from './copy.ts';
import { createFind } from './find.ts';
import type { FleetState } from './fleet-state.ts';
import { createListCommands } from './list-commands.ts';
import type { TreePane } from './tree-pane.ts';

/** What keys do in the fleet screen: each acts on the pane that has them, and the details follow the cursor. */
export interface FleetKeys {
  readonly handlers: View['handlers'];
  /** What Enter does; a double click does it too. */
  enter(): void;
  /** Sorts by this column, or the other way; a click on a title does it too. */
  sortBy(id: string): void;
}

export function createFleetKeys(
  stage: Stage,
  state: FleetState,
  details: DetailsView,
  treePane: Pick<TreePane, 'page'>,
  /** Begins with what is wanted now, before the next samples come. */
  sift: () => void,
): FleetKeys {
  const { view } = state;
  const { fleet } = stage.services.store;

  const moved = (move: () => void) => () => {
    move();
    details.follow();
    stage.changed();
  };
  /** Movement goes to the pane that has the keys. */
  const step = (rows: () => number) =>
    moved(() => {
      if (state.pane === 'details') details.scroll(rows());
      else view.step(rows());
    });

  const enter = () => {
    const row = view.current();
    if (row && state.arrangement === 'nodes') {
      state.arrange('tree');
      // A filter over VMs may hide the node.
      const { filter } = state.filter;
      const isShown = (id: VmId) => filter?.accepts(fleet.vms.get(id) as Vm) !== false;
      if (filter && row.kind === 'node' && !fleet.vmsBelow(row.id).some(isShown)) state.setFilter('');
      state.reveal(row.key);
      if ('open' in row && state.tree.isFolded(row.key)) view.expand();
    } else if (row?.kind === 'vm' || row?.kind === 'endpoint' || row?.kind === 'template') state.pane = 'details';
    else view.toggle();
  };

  const find = createFind(
    stage,
    state,
    moved(() => {}),
  );
  const noVm = () => stage.message.say(`nothing to mark: ${whyNoVm(stage.services, state)}`, 'warning');
  const list = createListCommands(stage, state, () => {
    sift();
    details.follow();
    stage.changed();
  });

  const turnRange = (by: number) => {
    if (!details.turnRange(by)) stage.message.say('only charts go further back');
  };

  const handlers: FleetKeys['handlers'] = {
    'view.down': step(() => 1),
    'view.up': step(() => -1),
    'view.half-down': step(() => Math.ceil(treePane.page / 2)),
    'view.half-up': step(() => -Math.ceil(treePane.page / 2)),
    'view.page-down': step(() => treePane.page),
    'view.page-up': step(() => -treePane.page),
    'view.first': step(() => Number.NEGATIVE_INFINITY),
    'view.last': step(() => Number.POSITIVE_INFINITY),
    'view.expand': moved(() => {
      if (state.pane === 'details') details.turn(1);
      else if (state.arrangement === 'nodes') enter();
      else view.expand();
    }),
    'view.collapse': moved(() => (state.pane === 'details' ? details.turn(-1) : view.collapse())),
    'view.enter': moved(enter),
    'view.mark': moved(() => {
      const markings = view.markings();
      view.toggleMark();
      if (view.markings() === markings) noVm();
    }),
    'view.invert': moved(() => view.invertMarks()),
    'view.mark-shown': moved(() => {
      view.markShown();
      if (view.marks.size === 0) noVm();
      else stage.message.say(`${view.marks.size === 1 ? '1 VM is' : `${view.marks.size} VMs are`} marked`);
    }),
    'view.range': moved(() => {
      if (stage.services.store.fleet.vms.size === 0) noVm();
      else if (view.range()) stage.message.say('a range starts here: go to its other end and press the key again');
      else stage.message.say(`${view.marks.size} marked`);
    }),
    'view.next-pane': moved(() => {
      state.pane = state.pane === 'tree' ? 'details' : 'tree';
    }),
    'view.next-tab': moved(() => details.turn(1)),
    'view.previous-tab': moved(() => details.turn(-1)),
    'view.further-back': moved(() => turnRange(1)),
    'view.less-far-back': moved(() => turnRange(-1)),
    'view.details': moved(() => {
      state.detailsShown = !state.detailsShown;
      if (!state.detailsShown) state.pane = 'tree';
      // What they show may be that of the row before.
      details.refresh();
    }),
    'view.back': moved(() => {
      if (state.pane === 'details') state.pane = 'tree';
      else if (view.marks.size > 0 || view.isRangeOpen()) view.clearMarks();
      else if (state.filterText !== '') state.setFilter('');
      else
        stage.message.say(
          `nothing is open or marked here; ${stage.keymap.keysOf('view.collapse')[0] ?? 'left'} goes up`,
        );
    }),
    ...list.handlers,
    'view.find-next': () => find(1),
    'view.find-previous': () => find(-1),
    ...copyCommands(stage, state),
    ...applicationPages(stage, state),
  };

  return { handlers, enter, sortBy: list.sortBy };
}
