/** The file whose settings Milvus lays over milvus.yaml and default.yaml (2.3 and newer). */
export const USER_CONFIG_PATH = '/milvus/configs/user.yaml';

/** The key of a ConfigMap that holds the content of {@link USER_CONFIG_PATH}. */
export const USER_CONFIG_KEY = 'user.yaml';

/** Where the operator mounts the certificates for etcd. */
export const ETCD_TLS_FOLDER = '/milvus/etcd-tls';
