const complaint = 'a letter or digit, then letters, digits, - . or _';

/** What a new VM or network may be called: what every platform takes, and no shell reads otherwise. */
export const NEW_NAME = { source: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$', complaint };

/** What a new storage or volume may be called. */
export const VOLUME_NAME = { source: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$', complaint };
