import { shellWord } from '../../shell-word.ts';

/** How drover is started by what keeps the time on this machine. */
export interface Program {
  /** `/usr/bin/node`, `…/drover.js`. */
  readonly argv: readonly string[];
  /** Variables that decide where drover keeps its files. */
  readonly env: Readonly<Record<string, string>>;
}

const PLACES = ['XDG_STATE_HOME', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_CACHE_HOME'] as const;

/** This program, in the environment that schedules were made in. */
export const thisProgram = (env: Readonly<Record<string, string | undefined>>): Program => ({
  argv: [process.execPath, ...process.argv.slice(1, 2)],
  env: Object.fromEntries(PLACES.flatMap((name) => (env[name] ? [[name, env[name]] as const] : []))),
});

/** A percent sign ends a line of crontab(5), unless a backslash stands before it. */
export const crontabLine = ({ argv, env }: Program): string => {
  const places = Object.entries(env).map(([name, value]) => `${name}=${shellWord(value)} `);
  const line = `${places.join('')}${[...argv, 'schedule', 'run'].map(shellWord).join(' ')}`;
  return `* * * * * ${line.replaceAll('%', '\\%')}`;
};

/** In quotes, as systemd.syntax(7) reads them; percent signs and dollars stand for something else otherwise. */
const unitWord = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%')}"`;

/** Two files, and the commands that switch them on. */
export const systemdUnits = ({ argv, env }: Program): string =>
  `# ~/.config/systemd/user/drover-schedule.service
[Unit]
Description=Run what drover's schedules say is due

[Service]
Type=oneshot
${Object.entries(env)
  .map(([name, value]) => `Environment=${unitWord(`${name}=${value}`)}\n`)
  .join('')}ExecStart=${[...argv.map((word) => unitWord(word).replaceAll('$', '$$$$')), 'schedule', 'run'].join(' ')}

# ~/.config/systemd/user/drover-schedule.timer
[Unit]
Description=Look each minute what drover's schedules say

[Timer]
OnCalendar=minutely
AccuracySec=5s

[Install]
WantedBy=timers.target

# systemctl --user enable --now drover-schedule.timer
# loginctl enable-linger    runs them also while you are not logged in`;
