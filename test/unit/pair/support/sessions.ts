import type { RoleSessions, Session } from '../../../../src/pair/decide/role-sessions.ts';
import { changed, type Changes } from './changes.ts';
import { aPod } from './pods.ts';

/** What the process in `podName` registered, with these changes; its lease is a thousand times its server ID. */
export function aSession(serverID: bigint, podName = 'rootcoord-0', changes: Changes<Session> = {}): Session {
  return changed<Session>(
    {
      key: `rootcoord-${serverID}`,
      serverID,
      lease: serverID * 1000n,
      createRevision: serverID * 10n,
      address: `${aPod(podName).ip ?? ''}:53100`,
      hostName: podName,
      version: '2.4.15',
    },
    changes,
  );
}

/** A role held by the first of these; undefined: by nobody. */
export function heldBy(holder: Session | undefined, ...others: readonly Session[]): RoleSessions {
  if (!holder) return { members: others, broken: [], olderLayout: [] };
  return { holder: { ...holder, key: 'rootcoord' }, members: [holder, ...others], broken: [], olderLayout: [] };
}
