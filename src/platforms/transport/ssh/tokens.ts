/** Tokens, variables and `~` in the values of ssh_config(5) (TOKENS, ENVIRONMENT VARIABLES). */
import { FleetError } from '../../../errors.ts';

/** What a token stands for; undefined for those that can't be known. */
export type SshTokens = Readonly<Record<string, string | undefined>>;

/** Replaces `%x`. Throws config.invalid for tokens that `tokens` does not have, as ssh does. */
export const expandTokens = (text: string, tokens: SshTokens): string =>
  text.replace(/%(.?)/gs, (whole, name: string) => {
    if (name === '%') return '%';
    const value = tokens[name];
    if (value === undefined)
      throw new FleetError('config.invalid', `SSH configuration: ${whole} in ${text} is not known`);
    return value;
  });

/** Replaces `%x` and `${VARIABLE}` in one pass: what comes out of one is not looked at again. */
export const expandTokensAndVariables = (
  text: string,
  tokens: SshTokens,
  environment: Readonly<Record<string, string | undefined>>,
): string =>
  text.replace(/%.?|\$\{([^}]*)\}?/gs, (part, variable: string | undefined) => {
    if (variable === undefined) return expandTokens(part, tokens);
    const value = environment[variable];
    if (value === undefined || !part.endsWith('}')) {
      throw new FleetError('config.invalid', `SSH configuration: the variable in ${text} is not set`);
    }
    return value;
  });

/** `~` and `~/`; the homes of other users are not looked up. */
export function expandHome(path: string, home: string, localUser: string): string {
  if (!path.startsWith('~')) return path;
  const [, user = '', rest = ''] = /^~([^/]*)(.*)$/s.exec(path) ?? [];
  if (user !== '' && user !== localUser) {
    throw new FleetError('config.invalid', `SSH configuration: ${path} is in the home of another user`, {
      fix: 'write the whole path',
    });
  }
  return rest === '' ? home : `${home.replace(/\/$/, '')}${rest}`;
}
