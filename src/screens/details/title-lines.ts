import { fit, width } from '../../terminal/width.ts';
import { inTheMiddle } from '../fleet/cut-names.ts';
import type { Look, Room } from '../frame/look.ts';

export type DetailsRoom = Room & { readonly side: 'right' | 'below' };

export interface DetailsTitle {
  readonly name: string;
  readonly tabs: readonly string[];
  /** The one that is shown. */
  readonly tab: string;
  /** Lines of the tab that don't fit. */
  readonly above: number;
  readonly below: number;
  /** The keys are in the pane. */
  readonly focused: boolean;
}

/** How many lines the title takes: on the right name, tabs and the lines that don't fit have one each. */
export const titleRows = (side: DetailsRoom['side']): number => (side === 'right' ? 3 : 1);

/** The name of what is shown, its tabs, and how many lines don't fit. A long name is cut, never the tabs. */
export function titleLines(title: DetailsTitle, { columns, side }: DetailsRoom, look: Look): readonly string[] {
  const { theme, glyphs } = look;
  const more = moreText(title.above, title.below);
  const tabs = title.tabs
    .map((name) =>
      name === title.tab ? theme.paint(title.focused ? 'cursor' : 'resting', name) : theme.paint('dim', name),
    )
    .join(' ');
  if (side === 'right') {
    return [
      ` ${theme.paint('title', fit(inTheMiddle(title.name, columns - 1), columns - 1))}`,
      ` ${tabs}`,
      more === '' ? '' : ` ${theme.paint('warning', fit(more, columns - 1))}`,
    ];
  }
  const tabsWidth = title.tabs.join(' ').length;
  const moreWidth = more === '' ? 0 : width(more) + 1;
  const name = inTheMiddle(title.name, Math.max(4, Math.min(width(title.name), columns - tabsWidth - moreWidth - 8)));
  const rule = glyphs.horizontal.repeat(Math.max(0, columns - width(name) - tabsWidth - moreWidth - 6));
  const end = theme.paint('border', glyphs.horizontal);
  const sign = more === '' ? '' : ` ${theme.paint('warning', more)}`;
  return [`${end} ${theme.paint('title', name)} ${theme.paint('border', rule)} ${tabs} ${end}${sign}`];
}

/** `2 above, 9 more`; short, since the name stands beside it. */
const moreText = (above: number, below: number): string =>
  [above > 0 ? `${above} above` : '', below > 0 ? `${below} more` : ''].filter(Boolean).join(', ');
