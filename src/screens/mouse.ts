import { keepChoice } from './keep-choice.ts';
import type { Stage } from './stage.ts';

/** Takes the mouse, or leaves it to the terminal, which selects text with it. */
export function setMouse(stage: Stage, on: boolean): void {
  stage.mouse = on;
  stage.terminal.setMouse(on);
}

/** The key for it; kept in the configuration. */
export function switchMouse(stage: Stage): void {
  setMouse(stage, !stage.mouse);
  const said = stage.mouse
    ? 'the mouse is on; shift selects text'
    : 'the mouse is off; the terminal selects text with it';
  void keepChoice(stage, 'mouse', stage.mouse ? 'on' : 'off', said);
}
