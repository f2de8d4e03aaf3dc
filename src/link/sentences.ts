/** What is shown to a user of a link that dropped, whatever kind of console it is of. */

/** `why`: a sentence; it is tried again after `ms`. */
export const noLink = (why: string, ms: number, detachKey: string): string =>
  `no link: ${why}; again in ${ms / 1_000} s, ${detachKey} detaches`;

export const LINK_BACK = 'the link is back';

export const NOT_SENT = 'what is typed is not sent: there is no link';
