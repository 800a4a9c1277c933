/**
 * `make thorough`: what takes too long for every change and a release needs: variants of the scenarios of `make test`, operators that
 * die or fall asleep at every change of a repair, every axis of an etcd (members, releases, users and certificates, restricted pods,
 * volumes of one node), faults in a row. What they measure goes to build/thorough-report.json.
 *
 *     KEEP=1 node test/e2e/thorough/run.ts [pattern of file names]
 */
import { progress } from '../../cluster/cache.ts';
import { etcdReleases } from '../../images/etcd-images.ts';
import { playLayer } from '../layer.ts';

const layer = { name: 'thorough', folder: 'test/e2e/thorough', releases: etcdReleases };
const good = await playLayer(layer, { pattern: process.argv[2] ?? '', keep: process.env['KEEP'] === '1' });
progress(good ? 'thorough: everything held' : 'thorough: something did not hold, see build/e2e-logs');
process.exitCode = good ? 0 : 1;
