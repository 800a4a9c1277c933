import { limits } from '../base/limits.ts';

/** An alarm that stands in the cluster, as each member reports it. */
export interface Alarm {
  readonly memberID: bigint;
  /** NOSPACE or CORRUPT; later versions may know more. */
  readonly name: string;
}

/** `memberID:9372538179322589801 alarm:NOSPACE ` among the errors of a status (etcd 3.5, 3.6). */
const alarmText = /memberID:(\d{1,20}) alarm:(\w{1,32})/;

/** The alarms among the errors that a member's status lists: those of all members, whichever is asked. */
export function alarmsIn(errors: readonly string[]): readonly Alarm[] {
  return errors.slice(0, limits.etcdMembers * 2).flatMap((text) => {
    const [, memberID, name] = alarmText.exec(text) ?? [];
    return memberID === undefined || name === undefined ? [] : [{ memberID: BigInt(memberID), name }];
  });
}
