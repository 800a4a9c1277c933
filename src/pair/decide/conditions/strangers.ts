import { roleFacts } from '../../../milvus/roles.ts';
import { unreachableKind } from '../../../milvus/addresses.ts';
import { hostOfAddress } from '../../../milvus/session-value.ts';
import type { PodView } from '../../pod-view.ts';
import { addressesOf, namesakeOf } from '../registrations.ts';
import type { Session } from '../role-sessions.ts';
import type { Assessment, Finding } from './assessment.ts';

type Stranger = Finding<'NoConflict'> & { readonly reason: 'WrongAddress' | 'ForeignMember' };

const type = 'NoConflict';

/**
 * Registrations that none of the pair's pods accounts for: those that live, and of the holder also one of which that is
 * not known yet. None of them may be called a stranger to be stopped: it may be the ACTIVE, even the pair's own.
 */
export function strangers(assessment: Assessment): Stranger | undefined {
  const found = assessment.members.flatMap(({ state, session, holder, mayBeOurs }) =>
    session && !mayBeOurs && (state === 'Foreign' || (state === 'Unknown' && holder))
      ? [{ session, holder, lives: state === 'Foreign' }]
      : [],
  );
  const { pods } = assessment.facts;
  for (const { session } of found) {
    const pod = namesakeOf(session, pods);
    if (pod) return wrongAddress(session, pod, assessment);
  }
  const holder = found.find((one) => one.holder);
  if (holder) return foreignHolder(holder.session, holder.lives, assessment);
  return found.length > 0
    ? foreignMembers(
        found.map(({ session }) => session),
        assessment,
      )
    : undefined;
}

function wrongAddress(session: Session, pod: PodView, { facts: { pair, sessionRole } }: Assessment): Stranger {
  const kind = unreachableKind(hostOfAddress(session.address));
  const setting = `${roleFacts[sessionRole].configSection}.ip`;
  const { workloadRef, etcd } = pair.spec;
  const where = workloadRef
    ? `in the configuration of ${workloadRef.kind} ${workloadRef.name}`
    : `in the image's milvus.yaml or below ${etcd.rootPath}/config in etcd`;
  return {
    type,
    status: 'False',
    reason: 'WrongAddress',
    message: `the process that calls itself ${pod.name} (server ID ${session.serverID}) has registered ${session.address}${kind === undefined ? '' : `, a ${kind} address`}, which is none of the addresses of that pod (${addressesOf(pod).join(', ')}): other components cannot reach it there, and the operator cannot tell whether it is this pod. Milvus registers ${setting} where that is set, else the first address of its network interfaces: look for ${setting} ${where} and remove it. If another Milvus has a pod of this name, give each its own etcd.rootPath. Stop or delete neither before that is known: it may be the ACTIVE`,
  };
}

function foreignHolder(session: Session, lives: boolean, { facts: { pair } }: Assessment): Stranger {
  const how = lives ? 'it renews its session, so it lives' : 'whether it lives shows within its session TTL';
  return {
    type,
    status: 'False',
    reason: 'ForeignMember',
    message: `the role is held by ${nameOf(session)}, which is none of this pair's pods; ${how}. Find out what it is before anything is stopped: the same Milvus, run by something else, hands the role over when that is stopped; another Milvus needs an etcd.rootPath of its own, for two that share ${pair.spec.etcd.rootPath} write into each other's metadata`,
  };
}

function foreignMembers(sessions: readonly Session[], { facts: { pair, role } }: Assessment): Stranger {
  const which = sessions.length === 1 ? 'a process is registered' : `${sessions.length} processes are registered`;
  return {
    type,
    status: 'False',
    reason: 'ForeignMember',
    message: `${which} for ${role} below ${pair.spec.etcd.rootPath} that ${sessions.length === 1 ? 'is' : 'are'} none of this pair's pods: ${sessions.map(nameOf).join(', ')}. They stand by, which does no harm yet, and may take the role at its next change. If they belong to another Milvus, give it an etcd.rootPath of its own now; if to this one, stop what runs them`,
  };
}

function nameOf({ hostName, address, serverID }: Session): string {
  return `${hostName ?? 'a process'} at ${address} (server ID ${serverID})`;
}
