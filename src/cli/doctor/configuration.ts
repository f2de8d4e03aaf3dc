import { access, constants, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { configuredKeymap } from '../../actions/configured-keymap.ts';
import { actions } from '../../actions/index.ts';
import type { App } from '../../compose.ts';
import { themeName } from '../../state/config/preferences.ts';
import { type Problem, spellProblem } from '../../state/config/problem.ts';
import { referenceOf } from '../../state/fields.ts';
import { fileTrouble } from '../../state/files/file-trouble.ts';
import { themeNames, themesFolder } from '../../state/theme/theme.ts';
import { type Finding, failed, fine, warning } from './finding.ts';

const CONFIGURATION = 'configuration';

/** The file, what is in it, and who may read and write it. */
export async function configurationFindings(app: App): Promise<readonly Finding[]> {
  const { configPath: file } = app;
  const config = app.config();
  const problems = [
    ...app.problems(),
    ...configuredKeymap(actions, file, config.file).problems,
    ...(await app.checkPlugins()),
  ];
  const wrong = problems.map(findingOf);
  const found = await stat(file).catch(() => undefined);
  if (!found) {
    if (wrong.length > 0) return wrong;
    return [warning(CONFIGURATION, `${file} is not there yet`, 'drover endpoint add NAME makes it')];
  }
  const count = `${config.endpoints.size} endpoint${config.endpoints.size === 1 ? '' : 's'}`;
  return [
    ...(wrong.length > 0 ? wrong : [fine(CONFIGURATION, `${file}: ${count}, nothing wrong in it`)]),
    ...(await themeFindings(app)),
    ...rightsOf(file, found.mode, found.uid, holdsPlainSecret(app)),
    ...(await writable(file)),
  ];
}

function findingOf(problem: Problem): Finding {
  const make = problem.severity === 'error' ? failed : warning;
  return make(CONFIGURATION, spellProblem(problem), problem.fix);
}

async function themeFindings(app: App): Promise<readonly Finding[]> {
  const [name, names] = [themeName(app.config()), await themeNames(themesFolder(app.configPath))];
  if (names.includes(name)) return [];
  return [warning(CONFIGURATION, `there is no theme ${JSON.stringify(name)}`, `themes are ${names.join(', ')}`)];
}

const holdsPlainSecret = ({ config, manifests }: App): boolean =>
  [...config().endpoints.values()].some(({ platform, values }) =>
    manifests
      .find(({ id }) => id === platform)
      ?.endpoint.some(({ key, sensitive }) => {
        const value = values[key];
        return sensitive === true && value !== undefined && value !== '' && !referenceOf(value);
      }),
  );

/** A user who can write the file decides which commands cmd: runs and where passwords are sent. */
function rightsOf(file: string, mode: number, owner: number, secret: boolean): readonly Finding[] {
  const findings: Finding[] = [];
  if ((mode & 0o022) !== 0) findings.push(warning(CONFIGURATION, `others may write ${file}`, `chmod go-w ${file}`));
  if (secret && (mode & 0o044) !== 0) {
    findings.push(failed(CONFIGURATION, `others may read ${file}, and a secret stands in it`, `chmod 600 ${file}`));
  }
  const self = process.getuid?.();
  if (self !== undefined && self !== 0 && owner !== self) {
    findings.push(warning(CONFIGURATION, `${file} belongs to another user`));
  }
  return findings;
}

async function writable(file: string): Promise<readonly Finding[]> {
  try {
    await access(file, constants.W_OK);
    await access(dirname(file), constants.W_OK);
    return [];
  } catch (error) {
    return [warning(CONFIGURATION, `changes can't be saved to ${file}: ${fileTrouble(error)}`)];
  }
}
