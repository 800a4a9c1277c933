import { createHash } from 'node:crypto';
import type { CoordinatorPair, CoordinatorPairStatus, LastApproval, Proposal } from '../../api/coordinator-pair.ts';
import { annotations } from '../../api/names.ts';
import type { EventDraft } from './event-draft.ts';
import type { Remedy } from './remedy.ts';

/** For how long a proposal can be approved: what was seen should not be much older than the decision about it. */
export const PROPOSAL_LIFETIME_MS = 1_800_000;

/** What the CRD accepts as an id and as evidence (maxLength). */
const MAX_ID_LENGTH = 64;
const MAX_TEXT_LENGTH = 1024;

/** What is proposed, and what may be done of it. */
export interface ApprovalsDecision {
  readonly proposals: readonly Proposal[];
  readonly lastApproval?: LastApproval;
  /** Remedies that may be carried out now: those that need no approval, and the approved one. */
  readonly granted: readonly Remedy[];
  readonly events: readonly EventDraft[];
}

/** The id by which a pair's user approves. */
export function askedApproval({ metadata }: CoordinatorPair): string | undefined {
  return metadata.annotations?.[annotations.approve]?.slice(0, MAX_ID_LENGTH);
}

/** An approval that was there before the pair was first seen is none: recorded, not carried out. */
export function ignoredApproval(
  id: string | undefined,
  previous: CoordinatorPairStatus | undefined,
  now: Date,
): LastApproval | undefined {
  if (id === undefined || previous?.observedGeneration !== undefined) return undefined;
  return { id, result: 'Ignored', reason: 'FoundAtFirstSight', time: now.toISOString() };
}

/**
 * Makes proposals of what needs approval and finds what was approved. An approval counts for exactly what the proposal
 * showed: as long as the same remedy follows from what is seen now, and until the proposal expires. It is recorded
 * before anything is done, so that an operator that is restarted in between goes on with it.
 */
export function decideApprovals(
  remedies: readonly Remedy[],
  {
    now,
    previous,
    approval,
  }: {
    readonly now: Date;
    readonly previous: CoordinatorPairStatus | undefined;
    readonly approval: string | undefined;
  },
): ApprovalsDecision {
  const stored = previous?.proposals ?? [];
  const offers = remedies
    .filter(({ policy }) => policy === 'Approve')
    .map((remedy) => ({ remedy, ...offerOf(remedy, stored, now) }));
  const held = offers.filter(({ isNew }) => !isNew);
  const answer = answerTo(approval, { now, previous, valid: held.map(({ proposal }) => proposal) });
  const { lastApproval } = answer;
  const approved = lastApproval?.result === 'Approved' && lastApproval.id === approval;
  return {
    proposals: offers.map(({ proposal }) => proposal),
    ...(lastApproval ? { lastApproval } : {}),
    granted: [
      ...remedies.filter(({ policy }) => policy === 'Auto'),
      ...held.filter(({ proposal }) => approved && proposal.id === approval).map(({ remedy }) => remedy),
    ],
    events: [
      ...stored.filter(({ expiresTime }) => isOver(expiresTime, now)).map(expiredEvent),
      ...offers.filter(({ isNew }) => isNew).map(({ proposal }) => createdEvent(proposal)),
      ...answer.events,
    ],
  };
}

/** The stored proposal of a remedy while it can be approved, or a new one. */
function offerOf(
  remedy: Remedy,
  stored: readonly Proposal[],
  now: Date,
): { readonly proposal: Proposal; readonly isNew: boolean } {
  const known = stored.find(({ id, expiresTime }) => id === idOf(remedy, expiresTime) && !isOver(expiresTime, now));
  if (known) return { proposal: known, isNew: false };
  const { action, reason, evidence, risk } = remedy;
  const expiresTime = new Date(now.getTime() + PROPOSAL_LIFETIME_MS).toISOString();
  const id = idOf(remedy, expiresTime);
  const texts = { evidence: evidence.slice(0, MAX_TEXT_LENGTH), risk: risk.slice(0, MAX_TEXT_LENGTH) };
  return { proposal: { id, action, reason, ...texts, expiresTime }, isNew: true };
}

/** 64 bits of SHA-256 over all that an approval is about. */
function idOf({ action, podUID, evidence }: Remedy, expiresTime: string): string {
  const about = JSON.stringify([action, podUID, evidence, expiresTime]);
  return createHash('sha256').update(about).digest('hex').slice(0, 16);
}

const isOver = (expiresTime: string, now: Date): boolean => now.getTime() >= Date.parse(expiresTime);

interface Answer {
  readonly lastApproval?: LastApproval;
  readonly events: readonly EventDraft[];
}

interface AnswerContext {
  readonly now: Date;
  readonly previous: CoordinatorPairStatus | undefined;
  /** Proposals that were shown before and hold still. */
  readonly valid: readonly Proposal[];
}

function answerTo(approval: string | undefined, context: AnswerContext): Answer {
  const { now, previous, valid } = context;
  const time = now.toISOString();
  const ignored = ignoredApproval(approval, previous, now);
  if (ignored) return { lastApproval: ignored, events: [] };
  if (approval === undefined || approval === previous?.lastApproval?.id) return { ...settled(context), events: [] };
  const proposal = valid.find(({ id }) => id === approval);
  if (proposal) {
    const { action } = proposal;
    const lastApproval: LastApproval = { id: approval, action, result: 'Approved', reason: 'Approved', time };
    return { lastApproval, events: [approvedEvent(approval)] };
  }
  const reason = refusalOf(approval, context);
  return { lastApproval: { id: approval, result: 'Refused', reason, time }, events: [refusedEvent(approval, reason)] };
}

function refusalOf(approval: string, { now, previous }: AnswerContext): string {
  const stored = previous?.proposals?.find(({ id }) => id === approval);
  if (!stored) return 'NoSuchProposal';
  return isOver(stored.expiresTime, now) ? 'Expired' : 'CauseGone';
}

/** An approval that is being carried out is done with when its proposal is gone. */
function settled({ now, previous, valid }: AnswerContext): Pick<Answer, 'lastApproval'> {
  const last = previous?.lastApproval;
  if (!last) return {};
  if (last.result !== 'Approved' || valid.some(({ id }) => id === last.id)) return { lastApproval: last };
  const stored = previous.proposals?.find(({ id }) => id === last.id);
  const time = now.toISOString();
  return stored && isOver(stored.expiresTime, now)
    ? { lastApproval: { ...last, result: 'Expired', reason: 'NotDoneInTime', time } }
    : { lastApproval: { ...last, result: 'Completed', reason: 'CauseGone', time } };
}

function createdEvent({ id, action, evidence, risk, expiresTime }: Proposal): EventDraft {
  return {
    type: 'Warning',
    reason: 'ProposalCreated',
    action: 'Propose',
    note: `${action} waits for approval by the annotation ${annotations.approve}=${id} until ${expiresTime}: ${evidence}. Risk: ${risk}`,
    key: `proposal-${id}`,
  };
}

function expiredEvent({ id, action }: Proposal): EventDraft {
  return {
    type: 'Normal',
    reason: 'ProposalExpired',
    action: 'Propose',
    note: `proposal ${id} (${action}) has expired`,
    key: `proposal-expired-${id}`,
  };
}

function approvedEvent(id: string): EventDraft {
  return {
    type: 'Normal',
    reason: 'ProposalApproved',
    action: 'Approve',
    note: `proposal ${id} was approved and is carried out`,
    key: `proposal-approved-${id}`,
  };
}

const REFUSALS: Readonly<Record<string, string>> = {
  Expired: 'it has expired; where its cause lasts, status.proposals holds another one',
  CauseGone: 'what it was about is not so any more',
  NoSuchProposal: 'status.proposals holds none of this id',
};

function refusedEvent(id: string, reason: string): EventDraft {
  return {
    type: 'Warning',
    reason: 'ProposalRefused',
    action: 'Approve',
    note: `the approval of ${id} was refused: ${REFUSALS[reason] ?? reason}`,
    key: `proposal-refused-${id}`,
  };
}
