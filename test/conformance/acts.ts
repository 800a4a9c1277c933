import type { Stage } from './support/stage.ts';

/** Something that happens to coordinators; what comes of it stands in the stage's keys and notes. */
export interface Act {
  readonly title: string;
  readonly play: (stage: Stage) => Promise<void>;
}

/** The acts that every release is held to. */
export const acts: readonly Act[] = [
  { title: 'one starts and is ACTIVE, another one stands by', play: startAndStandBy },
  { title: 'the ACTIVE gets SIGTERM, and once more if it goes on', play: terminateActive },
  { title: 'the STANDBY gets SIGTERM, and once more if it goes on', play: terminateStandby },
  { title: 'the ACTIVE is killed', play: killActive },
  { title: 'a STANDBY that got SIGTERM gets the role', play: promoteTerminated },
  { title: 'the lease of a living ACTIVE is revoked', play: revokeActive },
  { title: 'the lease of the STANDBY is revoked, and later the role is free', play: revokeStandby },
  { title: 'the bare key is deleted', play: deleteBareKey },
  { title: 'the member keys are deleted', play: deleteMemberKeys },
  { title: 'etcd is away for less than the TTL', play: etcdAway },
  { title: 'querycoord waits for the others before it registers', play: queryCoordWaits },
  { title: 'datacoord is two sessions, and the killed ACTIVE is followed in both', play: dataCoord },
  { title: 'the ACTIVE datacoord gets SIGTERM', play: dataCoordTerminated },
  { title: 'the STANDBY datacoord gets SIGTERM', play: dataCoordStandbyTerminated },
  { title: 'datacoord starts alone', play: dataCoordAlone },
  { title: 'all roles in one process', play: mixture },
  { title: 'a port is taken already', play: portTaken },
  { title: 'the root path is set and the sub-path of kv is not', play: withoutKvSubPath },
];

async function startAndStandBy(stage: Stage): Promise<void> {
  const shipped = { env: { COMMON_SESSION_TTL: undefined } };
  const { active, standby } = await stage.pair(shipped);
  for (const [who, coordinator] of Object.entries({ active, standby })) {
    await stage.noteHealth(who, coordinator);
    stage.note(`${who} listens: gRPC ${String(await coordinator.listens('rootcoord'))}`);
    stage.note(
      `${who} counts itself in: ${(await coordinator.get('/metrics')).text.includes('milvus_num_node{') ? 'yes' : 'no'}`,
    );
    const { status, text } = await coordinator.get('/management/check/ready?role=rootcoord');
    stage.note(`${who} management: ${String(status)} ${text.trim()}`);
    const key = `rootcoord-${who === 'active' ? '1' : '2'}`;
    stage.note(`${who} TTL: ${String((await stage.timeToLive(await stage.current(key))).granted)}`);
  }
}

async function terminateActive(stage: Stage): Promise<void> {
  const { active, standby } = await stage.pair();
  const held = await stage.current('rootcoord');
  const sinceMs = Date.now();
  active.signal('SIGTERM');
  stage.note(`the ACTIVE ${await stage.fate(active, held)}`);
  stage.note(`its lease ${await stage.endOfLease('rootcoord-1', sinceMs)}`);
  await stage.log.untilPut('rootcoord', held);
  await standby.untilState(1);
  if (active.exitCode !== undefined) return;
  await stage.noteHealth('the old one', active);
  stage.note(`the old one listens: gRPC ${String(await active.listens('rootcoord'))}`);
  active.signal('SIGTERM');
  stage.note(`the second SIGTERM: code ${String(await active.untilEnded())}`);
}

async function terminateStandby(stage: Stage): Promise<void> {
  const { standby } = await stage.pair();
  const own = await stage.current('rootcoord-2');
  const sinceMs = Date.now();
  standby.signal('SIGTERM');
  stage.note(`the STANDBY ${await stage.fate(standby, own)}`);
  if (standby.exitCode === undefined) {
    await stage.noteHealth('the STANDBY', standby);
    standby.signal('SIGTERM');
    stage.note(`the second SIGTERM: code ${String(await standby.untilEnded())}`);
  }
  stage.note(`its lease ${await stage.endOfLease('rootcoord-2', sinceMs)}`);
}

async function promoteTerminated(stage: Stage): Promise<void> {
  const { active, standby } = await stage.pair();
  const own = await stage.current('rootcoord-2');
  standby.signal('SIGTERM');
  const fate = await stage.fate(standby, own);
  stage.note(`the STANDBY ${fate}`);
  if (standby.exitCode !== undefined) return;
  const held = await stage.current('rootcoord');
  await active.kill();
  await stage.revoke(held);
  await stage.log.untilPut('rootcoord', held);
  stage.note(`then the STANDBY ${await stage.fate(standby, own)}`);
}

async function killActive(stage: Stage): Promise<void> {
  const { active, standby } = await stage.pair();
  const held = await stage.current('rootcoord');
  const sinceMs = Date.now();
  await active.kill();
  stage.note(`its lease ${await stage.endOfLease('rootcoord-1', sinceMs)}`);
  await stage.log.untilPut('rootcoord', held);
  await standby.untilState(1);
  await stage.noteHealth('the new one', standby);
}

async function revokeActive(stage: Stage): Promise<void> {
  const { active, standby } = await stage.pair();
  const held = await stage.current('rootcoord');
  await stage.revoke(held);
  stage.note(`the ACTIVE ${await stage.fate(active, held)}`);
  await stage.log.untilPut('rootcoord', held);
  await standby.untilState(1);
}

async function revokeStandby(stage: Stage): Promise<void> {
  const { active, standby } = await stage.pair();
  const own = await stage.current('rootcoord-2');
  await stage.revoke(own);
  stage.note(`the STANDBY ${await stage.fate(standby, own)}`);
  await stage.noteHealth('the STANDBY', standby);
  await active.kill();
  await stage.revoke(await stage.current('rootcoord-1'));
  // A third one has the role once it is up, unless the second one took it in that time.
  const third = await stage.start('third');
  await third.untilState(1);
  stage.note(`the STANDBY ${standby.exitCode === undefined ? 'goes on' : `ended with ${String(standby.exitCode)}`}`);
  await stage.noteHealth('the STANDBY', standby);
}

async function deleteBareKey(stage: Stage): Promise<void> {
  const { active, standby } = await stage.pair();
  const held = await stage.current('rootcoord');
  const sinceMs = Date.now();
  await stage.delete('rootcoord');
  stage.note(`the ACTIVE ${await stage.fate(active, held)}`);
  await stage.log.untilPut('rootcoord', held);
  await standby.untilState(1);
  stage.note(`the lease ${await stage.endOfLease('rootcoord-1', sinceMs)}`);
}

async function deleteMemberKeys(stage: Stage): Promise<void> {
  const { active, standby } = await stage.pair();
  const held = await stage.current('rootcoord-1');
  const own = await stage.current('rootcoord-2');
  await stage.delete('rootcoord-1');
  await stage.delete('rootcoord-2');
  stage.note(`the ACTIVE ${await stage.fate(active, held)}`);
  stage.note(`the STANDBY ${await stage.fate(standby, own)}`);
  await stage.noteHealth('the ACTIVE', active);
  await stage.noteHealth('the STANDBY', standby);
}

async function etcdAway(stage: Stage): Promise<void> {
  const { active, standby } = await stage.pair();
  const held = await stage.current('rootcoord-1');
  const own = await stage.current('rootcoord-2');
  await stage.etcd.member.kill();
  await stage.noteHealth('the ACTIVE meanwhile', active);
  await stage.noteHealth('the STANDBY meanwhile', standby);
  await stage.etcd.member.start();
  stage.note(`the ACTIVE ${await stage.fate(active, held)}`);
  stage.note(`the STANDBY ${await stage.fate(standby, own)}`);
}

async function queryCoordWaits(stage: Stage): Promise<void> {
  const queryCoord = await stage.start('querycoord', { args: ['querycoord'] });
  await queryCoord.untilState(2);
  await stage.noteHealth('querycoord alone', queryCoord);
  for (const role of stage.separateIndexCoord ? ['rootcoord', 'datacoord', 'indexcoord'] : ['rootcoord', 'datacoord']) {
    stage.note(
      `registered before ${role}: ${stage.log.changes.some(({ key }) => key === 'querycoord') ? 'yes' : 'no'}`,
    );
    const other = await stage.start(role, { args: [role] });
    await other.untilState(1);
  }
  await queryCoord.untilState(1);
  const held = await stage.current('querycoord');
  queryCoord.signal('SIGTERM');
  // Whether 2.3 still gets its revoke through is chance: 3 of 5 leases ran out.
  stage.note(`on SIGTERM querycoord ${await stage.fate(queryCoord, held)}`);
  await stage.log.untilGone('querycoord');
}

async function dataCoord(stage: Stage): Promise<void> {
  const rootCoord = await stage.start('rootcoord');
  await rootCoord.untilState(1);
  const { active, standby } = await stage.pair({ args: ['datacoord'] });
  await stage.noteHealth('the STANDBY', standby);
  const held = await stage.current('datacoord');
  const sinceMs = Date.now();
  await active.kill();
  stage.note(`its lease ${await stage.endOfLease('datacoord-2', sinceMs)}`);
  await stage.log.untilPut('datacoord', held);
  await standby.untilState(1);
}

async function dataCoordTerminated(stage: Stage): Promise<void> {
  const rootCoord = await stage.start('rootcoord');
  await rootCoord.untilState(1);
  const { active, standby } = await stage.pair({ args: ['datacoord'] });
  const held = await stage.current('datacoord');
  const sinceMs = Date.now();
  active.signal('SIGTERM');
  stage.note(`the ACTIVE ${await stage.fate(active, held)}`);
  stage.note(`its lease ${await stage.endOfLease('datacoord-2', sinceMs)}`);
  await stage.log.untilPut('datacoord', held);
  await standby.untilState(1);
}

async function dataCoordStandbyTerminated(stage: Stage): Promise<void> {
  const { standby } = await stage.pair({ args: ['datacoord'] });
  const own = await stage.current('datacoord-2');
  const sinceMs = Date.now();
  standby.signal('SIGTERM');
  stage.note(`the STANDBY ${await stage.fate(standby, own)}`);
  if (standby.exitCode === undefined) {
    standby.signal('SIGTERM');
    stage.note(`the second SIGTERM: code ${String(await standby.untilEnded())}`);
  }
  stage.note(`its lease ${await stage.endOfLease('datacoord-2', sinceMs)}`);
}

async function dataCoordAlone(stage: Stage): Promise<void> {
  const dataCoordinator = await stage.start('datacoord', { args: ['datacoord'] });
  await dataCoordinator.untilState(1);
  await stage.noteHealth('datacoord alone', dataCoordinator);
}

async function mixture(stage: Stage): Promise<void> {
  const args = ['mixture', '-rootcoord', '-querycoord', '-datacoord', '-indexcoord'];
  const process = await stage.start('mixture', { args });
  await process.untilState(1);
  await stage.noteHealth('the process', process);
  const roles = ['rootcoord', 'datacoord', 'indexcoord', 'querycoord'];
  const sessions = await Promise.all(roles.map((role) => stage.current(role)));
  const ids = new Set(
    sessions.map((session) => (JSON.parse(session?.value ?? '{}') as { ServerID?: number }).ServerID),
  );
  stage.note(`server IDs of its roles: ${String(ids.size)}`);
  const held = await stage.current('rootcoord');
  const sinceMs = Date.now();
  process.signal('SIGTERM');
  stage.note(`on SIGTERM the process ${await stage.fate(process, held)}`);
  for (const role of ['rootcoord', 'datacoord', 'querycoord']) {
    const session = (await stage.current(role)) ?? held;
    stage.note(`${role}: ${await stage.fate(process, session)}`);
  }
  stage.note(`rootcoord's lease ${await stage.endOfLease('rootcoord', sinceMs)}`);
}

async function portTaken(stage: Stage): Promise<void> {
  const first = await stage.start('first');
  await first.untilState(1);
  const grpc = await stage.start('same-grpc', { ports: { rootcoord: first.ports.rootcoord } });
  stage.note(`the port of gRPC: code ${String(await grpc.untilEnded())}`);
  const metrics = await stage.start('same-metrics', { ports: { metrics: first.ports.metrics } });
  stage.note(`the port of metrics: ${await stage.untilRegisteredOrEnded(metrics)}`);
}

async function withoutKvSubPath(stage: Stage): Promise<void> {
  const coordinator = await stage.start('first', { env: { ETCD_KV_SUB_PATH: undefined } });
  stage.note(await stage.untilRegisteredOrEnded(coordinator));
}
