import { replaceMember } from './advice.ts';
import { crashLine } from './crash-line.ts';

/** A data directory that etcd refuses or dies on: log (WAL), snapshot or database (bbolt). */
export const dataDamaged = crashLine({
  case: 'DataDamaged',
  pattern:
    /walpb: crc mismatch|wal: crc mismatch|wal: max entry size limit exceeded|failed to find database snapshot file|snap: snapshot file doesn't exist|database file \(.*\) of the backend is missing|freepages: failed to get all reachable pages|Page expected to be|page \d+ already freed|invalid database|unexpected fault address/,
  remedy: replaceMember,
});
