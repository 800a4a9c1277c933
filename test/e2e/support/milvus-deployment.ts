import { milvusEtcdImage } from '../../images/etcd-images.ts';

const labels = { app: 'milvus' };

/** Something of Milvus that a guard is told to stop by its labels; it does nothing, and ends when it is told to. */
export const milvusDeployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'milvus', labels },
  spec: {
    replicas: 2,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [{ name: 'milvus', image: milvusEtcdImage, command: ['sleep', 'infinity'] }],
      },
    },
  },
};
