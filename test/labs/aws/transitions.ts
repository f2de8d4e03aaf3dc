/** moto's instances are stopped as soon as they are told to; those of AWS take their time. Holds the states in between. */

export interface Transitions {
  /** After an action was accepted for these instances. */
  begin(action: string, ids: readonly string[], hibernate: boolean): void;
  /** The code that the service would refuse an action with, while one of them is on its way. */
  refusal(action: string, ids: readonly string[]): string | undefined;
  /** Whether nothing of it is held back. */
  atRest(id: string): boolean;
  /** The answer of DescribeInstances with the states that are held. */
  rewrite(xml: string): string;
}

interface Held {
  readonly name: string;
  readonly code: number;
  readonly until: number;
}

const HELD: Readonly<Record<string, { readonly name: string; readonly code: number }>> = {
  StartInstances: { name: 'pending', code: 0 },
  StopInstances: { name: 'stopping', code: 64 },
  TerminateInstances: { name: 'shutting-down', code: 32 },
};

const ONE = /(?=<item><architecture>)/;
const IDENTITY = /<instanceId>(i-[0-9a-f]+)<\/instanceId><imageId>/;
const STATE = /<instanceState>.*?<\/instanceState>/;
const REASON = /<stateReason>.*?<\/stateReason>/;
const HIBERNATED =
  '<stateReason><code>Client.UserInitiatedHibernate</code><message>Client.UserInitiatedHibernate: User initiated hibernate</message></stateReason>';
/** A primary card goes with its instance at AWS; moto says that it stays. */
const CARD_STAYS = /<deleteOnTermination>false<\/deleteOnTermination>(?=<deviceIndex>0<)/g;

export function createTransitions(holdMs: number): Transitions {
  const held = new Map<string, Held>();
  const hibernated = new Set<string>();
  const heldNow = (id: string): Held | undefined => {
    const found = held.get(id);
    return found && found.until > performance.now() ? found : undefined;
  };

  function rewriteOne(xml: string): string {
    const id = IDENTITY.exec(xml)?.[1];
    if (id === undefined) return xml;
    const hold = heldNow(id);
    let told = xml.replaceAll(CARD_STAYS, '<deleteOnTermination>true</deleteOnTermination>');
    if (hibernated.has(id)) told = told.replace(REASON, HIBERNATED);
    if (!hold) return told;
    return told.replace(STATE, `<instanceState><code>${hold.code}</code><name>${hold.name}</name></instanceState>`);
  }

  return {
    begin(action, ids, hibernate) {
      const state = HELD[action];
      if (!state) return;
      for (const id of ids) {
        held.set(id, { ...state, until: performance.now() + holdMs });
        if (hibernate) hibernated.add(id);
        else hibernated.delete(id);
      }
    },
    refusal: (action, ids) =>
      (action === 'StartInstances' || action === 'RebootInstances') &&
      ids.some((id) => heldNow(id)?.name === 'stopping')
        ? 'IncorrectInstanceState'
        : undefined,
    atRest: (id) => heldNow(id) === undefined,
    rewrite: (xml) => xml.split(ONE).map(rewriteOne).join(''),
  };
}
