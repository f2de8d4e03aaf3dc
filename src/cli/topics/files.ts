import { dirname, join } from 'node:path';
import { cacheDirectory, configFile, dataDirectory, stateDirectory } from '../../state/config/paths.ts';
import { type Topic, terms, text } from './topic.ts';

export const filesTopic: Topic = {
  name: 'files',
  help: 'Which files drover reads and writes.',
  async blocks() {
    const [config, state, cache] = [configFile(undefined, {}, '~'), stateDirectory({}, '~'), cacheDirectory({}, '~')];
    return [
      terms([
        [config, 'the configuration; --config and $DROVER_CONFIG name another'],
        [
          join(dirname(config), 'secrets'),
          'secrets that drover import has copied, a file for each, readable for you alone',
        ],
        [join(dataDirectory({}, '~'), 'templates'), 'the template library, a folder for each group and template'],
        [join(state, 'audit.jsonl'), 'every change that was asked for and what came of it, one JSON object a line'],
        [
          join(state, 'tasks.jsonl'),
          'the newest tasks of all runs and what became of them; tasks-*.jsonl are older ones',
        ],
        [
          join(state, 'notifications.jsonl'),
          'what failed, went away or came back; notifications-*.jsonl are older ones',
        ],
        [join(state, 'schedules.json'), 'what drover runs by itself, as drover schedule list shows it'],
        [join(state, 'reserved'), 'volumes that open forms and what they began have taken, a file for each drover'],
        [
          join(state, 'metrics.db'),
          'what was measured of nodes, and of VMs whose platform keeps no history, an SQLite database; metrics.db-wal and -shm belong to it',
        ],
        [join(state, 'ui.json'), 'how the screen was left'],
        [join(state, 'crash-*.txt'), 'reports of crashes, secrets blotted out; the newest ten'],
        [join(cache, 'inventory'), 'what each endpoint had last, shown until it answers'],
        [join(cache, 'names'), 'names of VMs and nodes, for the completion of the shell'],
        ['~/.ssh/config, ~/.ssh/known_hosts', 'read for SSH; keys of hosts that you accept are added'],
      ]),
      text(
        '$XDG_CONFIG_HOME, $XDG_DATA_HOME, $XDG_STATE_HOME and $XDG_CACHE_HOME take the place of ~/.config, ~/.local/share, ~/.local/state and ~/.cache. What is in the cache can be deleted at any time.',
      ),
    ];
  },
};
