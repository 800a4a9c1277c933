import type { Assessment, Finding } from './assessment.ts';

const type = 'Conflict';

/** Whether another guard looks after the same etcd. The oldest one repairs; the others only look. */
export function conflict({ rival }: Assessment): Finding<typeof type> {
  if (!rival) return { type, status: 'False', reason: 'NoConflict', message: 'no other guard looks after this etcd' };
  return rival.older
    ? {
        type,
        status: 'True',
        reason: 'AnotherGuard',
        message: `EtcdGuard ${rival.name} is older and looks after the same StatefulSet: this one repairs nothing; delete one of them`,
      }
    : {
        type,
        status: 'True',
        reason: 'YoungerGuard',
        message: `EtcdGuard ${rival.name} looks after the same StatefulSet and repairs nothing, as this one is older; delete one of them`,
      };
}
