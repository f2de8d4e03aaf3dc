import { mouseIsOn, themeName } from '../state/config/preferences.ts';
import { setMouse } from './mouse.ts';
import type { Stage } from './stage.ts';

/** Takes over another theme, or the mouse, when another program changes the configuration. Answers how to stop. */
export function followChoices(stage: Stage): () => void {
  const { services, message } = stage;
  let seen = services.config();
  return services.store.subscribe(() => {
    const now = services.config();
    if (now === seen || stage.keeping > 0) return;
    const before = seen;
    seen = now;
    const name = themeName(now);
    if (name !== themeName(before) && name !== stage.look.theme.name) {
      stage.themes.load(name).then(stage.wear, message.fail);
    }
    if (mouseIsOn(now) !== mouseIsOn(before) && mouseIsOn(now) !== stage.mouse) setMouse(stage, mouseIsOn(now));
  });
}
