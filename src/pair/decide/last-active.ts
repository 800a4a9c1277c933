import type { CoordinatorPairStatus, LastActive, RoleStatus } from '../../api/coordinator-pair.ts';

/** What people know a process by: its pod, or where it is none of ours its address. */
export function nameOf({ podName, address }: RoleStatus): string {
  return podName ?? address;
}

/**
 * Who was ACTIVE last, while nobody is. A failover may end or make way for a rollout before anybody takes over, so this
 * outlives any transition.
 *
 * @param reported - the status before.
 * @param active - who is ACTIVE now.
 */
export function lastActive(
  reported: CoordinatorPairStatus | undefined,
  active: RoleStatus | undefined,
  now: Date,
): LastActive | undefined {
  const previous = withoutStopped(reported);
  if (active) return undefined;
  if (!previous?.active) return previous?.lastActive;
  const { transition } = previous;
  const reason = transition?.type === 'Failover' ? transition.reason : 'ActiveKeyGone';
  return { name: nameOf(previous.active), reason, time: now.toISOString() };
}

/**
 * What was reported while the pair was stopped names an ACTIVE on its way out, and a failover that ended with it: nobody
 * takes over from it.
 */
export function withoutStopped(reported: CoordinatorPairStatus | undefined): CoordinatorPairStatus | undefined {
  const ready = reported?.conditions?.find(({ type }) => type === 'Ready');
  if (!reported || (ready?.reason !== 'Stopped' && ready?.reason !== 'Suspended')) return reported;
  const { active: _active, lastActive: _last, transition, ...others } = reported;
  return { ...others, ...(transition && transition.type !== 'Failover' ? { transition } : {}) };
}
