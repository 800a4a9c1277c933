/*
 * Generated from crds/coordinatorpairs.yaml by scripts/generate-types.ts: do not edit.
 *
 * The types describe an object as the API server returns it: fields with a default are there.
 */
/**
 * What the pair shall be.
 */
export interface CoordinatorPairSpec {
  /**
   * The coordinator role to run, by the name Milvus uses. `mixcoord` runs all coordinators in one process and is the only role from Milvus 2.6 on. `rootcoord`, `querycoord` and `datacoord` exist before 2.6, `indexcoord` in 2.2 only. The role cannot be changed: make another pair instead.
   */
  role: 'rootcoord' | 'querycoord' | 'datacoord' | 'indexcoord' | 'mixcoord';
  /**
   * The Milvus image, for example `milvusdb/milvus:v2.4.15`. Exactly one of `image` and `workloadRef` is set. The Milvus version is read from the tag unless `version` is set. Changing the image is a rollout: the STANDBY is renewed first, then ACTIVE moves to it once.
   */
  image?: string;
  /**
   * A workload whose pods the pair looks after, in place of running its own: coordinators that Helm or milvus-operator runs. It must have two replicas and Milvus' active-standby switched on. The operator labels its pods by role, makes the Service `<name>-active` and, unless another one matches the pods, a PodDisruptionBudget, ends sessions of dead processes, restarts zombies and switches over. It never changes the workload. Takes the place of `image` and excludes `pod`, `config`, `placement`, `rollout`, `runState` and `sessionTTLSeconds`. It cannot be added or removed later, nor lead to another workload: delete the CoordinatorPair, which leaves the workload as it is, and make another one.
   */
  workloadRef?: {
    /**
     * The kind of the workload, `Deployment` or `StatefulSet`, of the group apps/v1.
     */
    kind: 'Deployment' | 'StatefulSet';
    /**
     * The name of the workload, in the pair's namespace.
     */
    name: string;
    /**
     * The container of its pods that runs Milvus. Left out, it is the one whose command line has `milvus run`, or the only one. Where that is not certain the condition SpecValid says `ContainerUnknown`, and no session of a dead process is ended: the end of another container would pass for the end of Milvus. It may be set and changed at any time.
     */
    containerName?: string;
  };
  /**
   * When the node pulls the image: `Always`, `IfNotPresent` or `Never`, with the meaning they have in a pod. Defaults to `IfNotPresent`, whatever the tag is.
   */
  imagePullPolicy: 'Always' | 'IfNotPresent' | 'Never';
  /**
   * The Milvus version inside the image (with `workloadRef`, the workload's), for example `2.4.15` or `2.6.0-rc1`; a leading `v` is accepted. It decides which arguments and settings the pods get. Left out, it is read from the image's tag. It must be set when the tag names no full version: a digest alone, `latest`, `2.4-latest` or a nightly build such as `master-20240101-abcdef`. When both are there, this field counts.
   */
  version?: string;
  /**
   * How much the operator does. `Managed` (the default): everything. `ObserveOnly`: it reports in the status and changes nothing, and removes the role labels. `Paused`: it changes nothing but the role labels, which go on following ACTIVE, so that the Service `<name>-active` stays right. Milvus fails over by itself in every mode.
   */
  mode: 'Managed' | 'ObserveOnly' | 'Paused';
  /**
   * `Running` (the default) keeps two pods. `Stopped` scales the pair to none and keeps everything else, so that it can be started again.
   */
  runState: 'Running' | 'Stopped';
  /**
   * The etcd that Milvus uses. The operator reads the same etcd to see who is ACTIVE.
   */
  etcd: {
    /**
     * The addresses of etcd, each `host:port` without a scheme, for example `my-release-etcd:2379` or `etcd-0.etcd.milvus.svc:2379`. A host without a dot means a Service in the pair's namespace. An IPv6 address stands in brackets: `[fd00::1]:2379`.
     */
    endpoints: string[];
    /**
     * Milvus' `etcd.rootPath`: the prefix of all of its keys. Defaults to `by-dev`, which is what Milvus and its Helm chart use; the Milvus operator uses the name of its Milvus object. It must be the same for all components of one Milvus, and can change only while the pair is stopped. A slash at its beginning counts: `/milvus` and `milvus` are two paths.
     */
    rootPath: string;
    /**
     * Milvus' `etcd.metaSubPath`: the part of its keys, below `rootPath`, that holds metadata and sessions. Defaults to `meta`. It can change only while the pair is stopped.
     */
    metaSubPath: string;
    /**
     * Milvus' `etcd.kvSubPath`: the part of its keys, below `rootPath`, that holds counters of IDs and timestamps. Defaults to `kv`. A Milvus that was set up with another one must keep it: set it here. It can change only while the pair is stopped.
     */
    kvSubPath: string;
    /**
     * The EtcdGuard in the pair's namespace that watches this etcd. What it finds shows in the condition EtcdHealthy. Left out, the condition says what the pair's own connection tells.
     */
    guardName?: string;
    /**
     * How Milvus and the operator log in to etcd. Left out, they do not. Needs Milvus 2.3.7 or newer.
     */
    auth?: {
      /**
       * The name of a Secret in the pair's namespace with the keys `username` and `password`, as in the type kubernetes.io/basic-auth. The user must be allowed to read and write everything below `rootPath`.
       */
      secretName: string;
    };
    /**
     * How Milvus and the operator encrypt their connections to etcd. Left out, they do not.
     */
    tls?: {
      /**
       * The name of a Secret in the pair's namespace with the keys `ca.crt`, `tls.crt` and `tls.key`, as in the type kubernetes.io/tls with the CA added. All three are needed: Milvus always presents a client certificate.
       */
      secretName: string;
      /**
       * The name that the operator expects in etcd's certificate. Left out, it is the host as written in `endpoints`. It does not reach Milvus, which has no such setting and always expects the host as written.
       */
      serverName?: string;
      /**
       * The lowest version of TLS with which Milvus and the operator speak to etcd. Left out, the operator takes 1.2, and Milvus what its milvus.yaml says, 1.3 as shipped. With `workloadRef` it is the operator's alone. A change is a rollout.
       */
      minVersion?: 'TLS1.2' | 'TLS1.3';
    };
  };
  /**
   * Overrides of milvus.yaml, mounted as /milvus/configs/user.yaml. Exactly one of `inline` and `configMapName` is set. A change is a rollout. Needs Milvus 2.3.0 or newer.
   */
  config?: {
    /**
     * The name of a ConfigMap in the pair's namespace whose key `user.yaml` holds the overrides.
     */
    configMapName?: string;
    /**
     * The overrides themselves, in the structure of milvus.yaml, for example `{dataCoord: {segment: {maxSize: 2048}}}`. What the operator sets has no place here: the etcd connection, the session TTL, and the address, port and active-standby flag of the coordinators.
     */
    inline?: {
      [k: string]: unknown;
    };
  };
  /**
   * How long, in seconds, etcd keeps the session of a coordinator that stopped renewing it. It is the longest time a takeover waits when nobody can prove that the ACTIVE is dead. Left out, the image's own setting holds: 10 to 60 seconds by version. Below 30 a coordinator may lose its session when a single etcd member vanishes, because its etcd client needs up to 30 seconds to notice a dead connection (milvus#29345). At least 10.
   */
  sessionTTLSeconds?: number;
  /**
   * What both pods get beside Milvus itself. Names and meaning are those of the coordinator values of the milvus-helm chart where it has them, so that a block can be moved over.
   */
  pod: {
    /**
     * Runs Milvus under heaptrack, which records every allocation of memory: for a search, not for every day. As in the milvus-helm chart an init container brings it to /milvus/tools.
     */
    heaptrack?: {
      /**
       * Whether it does. Defaults to false. A change is a rollout.
       */
      enabled: boolean;
      /**
       * The image that has heaptrack below /opt/heaptrack. Defaults to that of the milvus-helm chart, `milvusdb/heaptrack:v0.1.0`.
       */
      image: string;
    };
    /**
     * Lets Pyroscope scrape profiles from port 9091 of the pods, by the annotations `pyroscope.io/scrape`, `pyroscope.io/application-name` and `pyroscope.io/port`, as in the milvus-helm chart. An annotation of the same name in `annotations` wins.
     */
    profiling?: {
      /**
       * Whether it does. Defaults to false. A change is a rollout.
       */
      enabled: boolean;
    };
    /**
     * CPU and memory of the Milvus container, as in a pod, for example `{requests: {cpu: 500m, memory: 1Gi}, limits: {memory: 4Gi}}`. Left out, none are set.
     */
    resources?: {
      /**
       * Amounts by resource name, such as `cpu` and `memory`.
       */
      requests?: {
        [k: string]: number | string;
      };
      /**
       * Amounts by resource name, such as `cpu` and `memory`.
       */
      limits?: {
        [k: string]: number | string;
      };
    };
    /**
     * Labels that a node must have to run the pods. Left out, any node may.
     */
    nodeSelector?: {
      [k: string]: string;
    };
    /**
     * Affinity rules as in a pod (PodSpec.affinity). They are added to the rule that keeps the two pods on different nodes; see `placement`.
     */
    affinity?: {
      [k: string]: unknown;
    };
    /**
     * Taints that the pods tolerate, as in a pod (PodSpec.tolerations).
     */
    tolerations?: {
      /**
       * The taint's key. Left out with the operator `Exists`, every taint matches.
       */
      key?: string;
      /**
       * How the taint is compared, `Exists` or `Equal`. Left out, it is `Equal`.
       */
      operator?: string;
      /**
       * The taint's value, for the operator `Equal`.
       */
      value?: string;
      /**
       * `NoSchedule`, `PreferNoSchedule` or `NoExecute`. Left out, every effect matches.
       */
      effect?: string;
      /**
       * For how many seconds `NoExecute` is tolerated. Left out, for ever.
       */
      tolerationSeconds?: number;
    }[];
    /**
     * Spread rules as in a pod (PodSpec.topologySpreadConstraints). Left out, the pods are spread over zones where possible.
     */
    topologySpreadConstraints?: {
      [k: string]: unknown;
    }[];
    /**
     * More environment variables of the Milvus container. Milvus takes any setting of milvus.yaml this way: `dataCoord.segment.maxSize` is `DATA_COORD_SEGMENT_MAXSIZE`. What the operator sets cannot be set here, in whatever spelling.
     */
    extraEnv?: {
      /**
       * The name of the variable.
       */
      name: string;
      /**
       * Its value.
       */
      value?: string;
      /**
       * Where the value comes from, as in a pod (EnvVarSource), for example `{secretKeyRef: {name: minio, key: accesskey}}`.
       */
      valueFrom?: {
        [k: string]: unknown;
      };
    }[];
    /**
     * More volumes of the pods, as in a pod (PodSpec.volumes).
     */
    extraVolumes?: {
      /**
       * The name of the volume. Names that begin with `pair-` are the operator's.
       */
      name: string;
      [k: string]: unknown;
    }[];
    /**
     * Where `extraVolumes` appear in the Milvus container, as in a pod (Container.volumeMounts).
     */
    extraVolumeMounts?: {
      /**
       * The name of the volume.
       */
      name: string;
      /**
       * The absolute path in the container.
       */
      mountPath: string;
      [k: string]: unknown;
    }[];
    /**
     * More labels of the pods. Keys below `ha.milvus.io/` and `app.kubernetes.io/` are the operator's.
     */
    labels?: {
      [k: string]: string;
    };
    /**
     * More annotations of the pods. Keys below `ha.milvus.io/` are the operator's.
     */
    annotations?: {
      [k: string]: string;
    };
    /**
     * The PriorityClass of the pods. Left out, the cluster's default.
     */
    priorityClassName?: string;
    /**
     * The ServiceAccount of the pods. Left out, `default`, without its token: Milvus does not talk to Kubernetes. With a name, the token is mounted as that ServiceAccount says.
     */
    serviceAccountName?: string;
    /**
     * Secrets in the pair's namespace with which the image is pulled.
     */
    imagePullSecrets?: {
      /**
       * The name of the Secret.
       */
      name: string;
    }[];
    /**
     * The security context of the pods, as in a pod (PodSpec.securityContext). It is laid over the operator's, field by field: `{seccompProfile: {type: RuntimeDefault}}`. The stock Milvus image can be started by root only.
     */
    podSecurityContext?: {
      [k: string]: unknown;
    };
    /**
     * The security context of the Milvus container, as in a pod (Container.securityContext). It is laid over the operator's, field by field: no privilege escalation and no capabilities.
     */
    containerSecurityContext?: {
      [k: string]: unknown;
    };
    /**
     * How long, in seconds, a pod may take to stop before it is killed. Defaults to 60. A coordinator that stops in time gives its role back at once; one that is killed does not.
     */
    terminationGracePeriodSeconds: number;
  };
  /**
   * Whether the two pods run on different nodes. `Preferred` (the default): where possible; the condition `Redundant` tells. `Required`: always; the second pod waits for a second node.
   */
  placement: 'Preferred' | 'Required';
  /**
   * How a change of the pods is carried out.
   */
  rollout: {
    /**
     * `Automatic` (the default): the STANDBY is renewed, and once it is registered again ACTIVE moves to it, once. `Supervised`: the same, but ACTIVE moves only after the proposal in `status.proposals` is approved. `Paused`: changes of the spec wait; the condition `UpToDate` says so. Failovers and restarts then still bring up pods as they were.
     */
    policy: 'Automatic' | 'Supervised' | 'Paused';
  };
  /**
   * What the operator may do by itself when a process of the pair has failed: `Auto` does it, `Approve` puts it into `status.proposals` and waits for the annotation `ha.milvus.io/approve`, `Never` leaves it. Each act names its proof, looks once more right before it, and shows as an event.
   */
  remediation: {
    /**
     * What to do when the ACTIVE is proven dead and its session in etcd is not. `Auto` (the default): end the session, so that the STANDBY takes over at once instead of after up to `grantedTTLSeconds`. The proof is the end of the very container that was seen renewing the session, or its node out of service. `Approve`: propose it, and meanwhile wait for the session to run out. `Never`: wait for the session to run out.
     */
    deadHolder: 'Auto' | 'Approve' | 'Never';
    /**
     * What to do when the second process looks ready and has lost its session, so that it would never take over (milvus#30100, milvus#44111), or hangs in a stop that nobody asked for by deleting its pod. `Auto` (the default): restart its pod. `Approve`: propose it. `Never`: only say so.
     */
    zombieStandby: 'Auto' | 'Approve' | 'Never';
    /**
     * What to do when the ACTIVE's pod was told to stop, has not done so within its grace period or two minutes, whichever is shorter, and still holds the role, while its node is ready. `Approve` (the default): propose to kill it. `Auto`: kill it when a STANDBY is registered. `Never`: wait for the rest of its grace period. Where the kubelet does not kill it, taking its session is proposed, with `Auto` too.
     */
    stuckHolder: 'Auto' | 'Approve' | 'Never';
    /**
     * What to do with a pod that is stuck in deletion on a node that has not been ready for five minutes or is gone, when its session in etcd has ended and the other process is ACTIVE. `Approve` (the default): propose to delete it by force, so that a new STANDBY can start elsewhere. `Auto`: do so. `Never`: wait for the node.
     */
    lostNode: 'Auto' | 'Approve' | 'Never';
  };
}

/**
 * What the operator sees. Nothing in it changes while nothing happens.
 */
export interface CoordinatorPairStatus {
  /**
   * The generation of the spec that this status is about.
   */
  observedGeneration?: number;
  /**
   * The state of the pair in one sentence.
   */
  summary?: string;
  /**
   * The process that holds the role in etcd. Absent when none does.
   */
  active?: {
    /**
     * The pod of the process. Absent when it is none of this pair's pods.
     */
    podName?: string;
    /**
     * The node of the pod.
     */
    nodeName?: string;
    /**
     * The address that the process registered, `ip:port`.
     */
    address: string;
    /**
     * Milvus' number of the process, a new and higher one at each start. A string, because it is a 64-bit number.
     */
    serverID: string;
    /**
     * Since when the operator has seen the process in this role.
     */
    sinceTime: string;
  };
  /**
   * Who was ACTIVE last, while no process holds the role. Absent while one does.
   */
  lastActive?: {
    /**
     * Its pod, or its address where it was none of this pair's pods.
     */
    name: string;
    /**
     * How the loss was noticed, in one word; as in `lastFailover.reason`.
     */
    reason: string;
    /**
     * Since when the operator has seen no process in this role.
     */
    time: string;
  };
  /**
   * The process that is registered in etcd to take over. Absent when none is.
   */
  standby?: {
    /**
     * The pod of the process. Absent when it is none of this pair's pods.
     */
    podName?: string;
    /**
     * The node of the pod.
     */
    nodeName?: string;
    /**
     * The address that the process registered, `ip:port`.
     */
    address: string;
    /**
     * Milvus' number of the process, a new and higher one at each start. A string, because it is a 64-bit number.
     */
    serverID: string;
    /**
     * Since when the operator has seen the process in this role.
     */
    sinceTime: string;
  };
  /**
   * Every process of the pair: those registered in etcd, and those pods that are not. A session that is bound to a container was seen renewed while that container ran, so that the container's end proves the end of the session.
   */
  members?: {
    /**
     * Milvus' number of the process. Absent when it is not registered.
     */
    serverID?: string;
    /**
     * The etcd lease of the session, in decimal.
     */
    leaseID?: string;
    /**
     * The etcd revision at which the session's key was created.
     */
    createRevision?: string;
    /**
     * The pod of the process.
     */
    podName?: string;
    /**
     * The UID of that pod, once bound.
     */
    podUID?: string;
    /**
     * The container to which the session is bound. Absent until then.
     */
    containerID?: string;
    /**
     * The node of the pod.
     */
    nodeName?: string;
    /**
     * When the session was bound to the container, by the clock of its node.
     */
    boundTime?: string;
    /**
     * When the container was seen to have ended, which proves that the session is that of a dead process.
     */
    endedTime?: string;
    /**
     * What proves it.
     */
    endedBecause?: string;
    /**
     * Since when it is known that the process was told to stop and serves no more, while its container runs.
     */
    stoppingTime?: string;
    /**
     * What shows it.
     */
    stoppingBecause?: string;
    /**
     * Until when the process was healthy, as its kubelet tells, when it gives no answer any more.
     */
    silentTime?: string;
    /**
     * `Active` holds the role. `Activating` holds it and is not serving yet. `Standby` is registered to take over. `Starting` is not registered yet. `Zombie` looks ready but lost its session and can never take over. `Stopping` was told to stop and serves no more, and its container has not ended. `Terminating` is being stopped. `Gone` is a session whose pod is gone or runs a newer process. `Foreign` is a session that is renewed by a process that is none of the pair's pods. `Unknown`: which of these it is, is not known yet.
     */
    state:
      | 'Active'
      | 'Activating'
      | 'Standby'
      | 'Starting'
      | 'Zombie'
      | 'Stopping'
      | 'Terminating'
      | 'Gone'
      | 'Foreign'
      | 'Unknown';
  }[];
  /**
   * Who holds each role, for a pair whose processes have several (`mixcoord` before 2.6, Milvus' `mixture`): there each role is elected by itself. The first is the one that `active`, `standby` and `members` are about. Absent for other pairs.
   */
  roles?: {
    /**
     * The role.
     */
    role: 'rootcoord' | 'querycoord' | 'datacoord' | 'indexcoord' | 'mixcoord';
    /**
     * The process that holds the role in etcd. Absent when none does.
     */
    active?: {
      /**
       * The pod of the process. Absent when it is none of this pair's pods.
       */
      podName?: string;
      /**
       * The node of the pod.
       */
      nodeName?: string;
      /**
       * The address that the process registered, `ip:port`.
       */
      address: string;
      /**
       * Milvus' number of the process, a new and higher one at each start. A string, because it is a 64-bit number.
       */
      serverID: string;
      /**
       * Since when the operator has seen the process in this role.
       */
      sinceTime: string;
    };
    /**
     * Every session for this role, as in `status.members`. Absent for the first role.
     */
    members?: {
      /**
       * Milvus' number of the process. Absent when it is not registered.
       */
      serverID?: string;
      /**
       * The etcd lease of the session, in decimal.
       */
      leaseID?: string;
      /**
       * The etcd revision at which the session's key was created.
       */
      createRevision?: string;
      /**
       * The pod of the process.
       */
      podName?: string;
      /**
       * The UID of that pod, once bound.
       */
      podUID?: string;
      /**
       * The container to which the session is bound. Absent until then.
       */
      containerID?: string;
      /**
       * The node of the pod.
       */
      nodeName?: string;
      /**
       * When the session was bound to the container, by the clock of its node.
       */
      boundTime?: string;
      /**
       * When the container was seen to have ended, which proves that the session is that of a dead process.
       */
      endedTime?: string;
      /**
       * What proves it.
       */
      endedBecause?: string;
      /**
       * Since when it is known that the process was told to stop and serves no more, while its container runs.
       */
      stoppingTime?: string;
      /**
       * What shows it.
       */
      stoppingBecause?: string;
      /**
       * Until when the process was healthy, as its kubelet tells, when it gives no answer any more.
       */
      silentTime?: string;
      /**
       * `Active` holds the role. `Activating` holds it and is not serving yet. `Standby` is registered to take over. `Starting` is not registered yet. `Zombie` looks ready but lost its session and can never take over. `Stopping` was told to stop and serves no more, and its container has not ended. `Terminating` is being stopped. `Gone` is a session whose pod is gone or runs a newer process. `Foreign` is a session that is renewed by a process that is none of the pair's pods. `Unknown`: which of these it is, is not known yet.
       */
      state:
        | 'Active'
        | 'Activating'
        | 'Standby'
        | 'Starting'
        | 'Zombie'
        | 'Stopping'
        | 'Terminating'
        | 'Gone'
        | 'Foreign'
        | 'Unknown';
    }[];
  }[];
  /**
   * The roles that another pod holds than `active`, each with its pod. Absent while one holds them all, and for other pairs.
   */
  split?: string;
  /**
   * What the ACTIVE registered in etcd.
   */
  session?: {
    /**
     * For how many seconds etcd grants the session after each renewal.
     */
    grantedTTLSeconds?: number;
    /**
     * Whether the active-standby setting has reached Milvus, told by the keys it wrote. When false, the second process cannot stand by.
     */
    flagEffective?: boolean;
    /**
     * The Milvus version that the ACTIVE registered.
     */
    version?: string;
  };
  /**
   * The state of the pair, point by point. All are present from the first write on, `Unknown` included; `Reconciling` and `Stalled` only while they are true.
   */
  conditions?: {
    /**
     * What the condition is about, for example `Ready`.
     */
    type: string;
    /**
     * Whether it is so.
     */
    status: 'True' | 'False' | 'Unknown';
    /**
     * The generation of the spec that the condition is about.
     */
    observedGeneration?: number;
    /**
     * Since when the status is what it is.
     */
    lastTransitionTime: string;
    /**
     * Why, in one word. The reference lists every reason and what to do.
     */
    reason: string;
    /**
     * What is the case, since when, until when, and what to do.
     */
    message: string;
  }[];
  /**
   * The change of ACTIVE under way. Absent when there is none.
   */
  transition?: {
    /**
     * `Failover`: ACTIVE was lost. `Switchover`: a planned move of ACTIVE. `Rollout`: the pods are being renewed.
     */
    type: 'Failover' | 'Switchover' | 'Rollout';
    /**
     * The pod that was ACTIVE when it began.
     */
    from?: string;
    /**
     * The pod that is expected to become ACTIVE.
     */
    to?: string;
    /**
     * Why it began, in one word.
     */
    reason: string;
    /**
     * When it began.
     */
    startTime: string;
    /**
     * When the present step counts as stuck.
     */
    deadlineTime: string;
    /**
     * What is being waited for, in one word.
     */
    step: string;
    /**
     * The value of the annotation that asked for it, for a switchover.
     */
    token?: string;
    /**
     * The hash of the pod template that is rolled out, for a rollout.
     */
    templateHash?: string;
  };
  /**
   * The last unplanned change of ACTIVE.
   */
  lastFailover?: {
    /**
     * The pod that was ACTIVE before.
     */
    from: string;
    /**
     * The pod that became ACTIVE.
     */
    to: string;
    /**
     * Why ACTIVE was lost, in one word.
     */
    reason: string;
    /**
     * When the operator noticed the loss.
     */
    noticedTime: string;
    /**
     * When the new ACTIVE held the role.
     */
    endTime: string;
    /**
     * The time between the two, in milliseconds. Absent: the operator had just started, or could not read etcd, and did not see the change when it happened.
     */
    durationMilliseconds?: number;
    /**
     * How the old session ended. `LeaseExpired`: its time ran out. `LeaseRevoked`: the operator ended it, after the process was proven dead or served no more. `Released`: the process gave it back. `Unknown`: nothing of these was seen.
     */
    how: 'LeaseExpired' | 'LeaseRevoked' | 'Released' | 'Unknown';
  };
  /**
   * The answer to the last switchover that was asked for.
   */
  lastSwitchover?: {
    /**
     * The value of the annotation `ha.milvus.io/switchover` that was answered. Equal to the annotation: the request is done with.
     */
    token: string;
    /**
     * `Completed`: ACTIVE moved. `Refused`: nothing was done. `Failed`: it began and did not end well. `Ignored`: the annotation was there before the operator first saw the pair.
     */
    result: 'Completed' | 'Refused' | 'Failed' | 'Ignored';
    /**
     * Why, in one word.
     */
    reason: string;
    /**
     * When it was answered.
     */
    time: string;
  };
  /**
   * The answer to the last rolling restart that was asked for.
   */
  lastRestart?: {
    /**
     * The value of the annotation `ha.milvus.io/restart` that was answered.
     */
    token: string;
    /**
     * `Started`: the pods are being renewed, one after the other. `Completed`: both were. `Failed`: the renewed STANDBY did not come up. `Refused`: nothing was done. `Ignored`: the annotation was there before the operator first saw the pair.
     */
    result: 'Started' | 'Completed' | 'Failed' | 'Refused' | 'Ignored';
    /**
     * Why, in one word.
     */
    reason: string;
    /**
     * When it was answered.
     */
    time: string;
  };
  /**
   * The value of the annotation `ha.milvus.io/restart` that the pods are made for: the last one that was not refused.
   */
  restartToken?: string;
  /**
   * The template that did not come up. Present while the spec still asks for it: the pods are kept as they were until the spec changes or a restart is asked for.
   */
  failedRollout?: {
    /**
     * The hash of that template.
     */
    templateHash: string;
    /**
     * What was seen of the pod that did not register.
     */
    reason: string;
    /**
     * When it was given up.
     */
    time: string;
  };
  /**
   * The last attempt to move ACTIVE away from a node that is being emptied, if it failed. Present while ACTIVE is still there.
   */
  failedDrain?: {
    /**
     * The pod that kept the role.
     */
    podName: string;
    /**
     * The node that is being emptied.
     */
    nodeName: string;
    /**
     * When it was given up.
     */
    time: string;
    /**
     * When it is tried again.
     */
    nextTime: string;
  };
  /**
   * The hash of the template of the pod that is ACTIVE, or was last.
   */
  servingTemplateHash?: string;
  /**
   * What the operator would do and waits for approval of. A proposal is approved by giving the pair the annotation `ha.milvus.io/approve` with the proposal's `id` as its value.
   */
  proposals?: {
    /**
     * The value of the annotation that approves it. It follows from the action, the pod, the evidence and the time of expiry: an approval never fits another proposal.
     */
    id: string;
    /**
     * `RevokeLease`: end the session of a dead process. `RestartPod`: delete a pod in order. `StopPod`: kill a process that was told to stop and does not. `ForceDeletePod`: delete a pod without waiting for its node. `MoveActive`: let a rollout go on.
     */
    action: 'RevokeLease' | 'RestartPod' | 'StopPod' | 'ForceDeletePod' | 'MoveActive';
    /**
     * Why, in one word; a reason of the condition `RemediationRequired`.
     */
    reason: string;
    /**
     * What was seen. All of it is looked at again right before the act.
     */
    evidence: string;
    /**
     * What it may cost.
     */
    risk: string;
    /**
     * Until when it can be approved. Where its cause lasts longer, another proposal follows.
     */
    expiresTime: string;
  }[];
  /**
   * The answer to the last approval.
   */
  lastApproval?: {
    /**
     * The value of the annotation `ha.milvus.io/approve` that was answered.
     */
    id: string;
    /**
     * What was approved. Absent when it was refused.
     */
    action?: 'RevokeLease' | 'RestartPod' | 'StopPod' | 'ForceDeletePod' | 'MoveActive';
    /**
     * `Approved`: the operator acts. `Completed`: what was proposed is done, or its cause is gone. `Expired`: it could not be carried out in time. `Refused`: there is no such proposal. `Ignored`: the annotation was there before the operator first saw the pair.
     */
    result: 'Approved' | 'Completed' | 'Expired' | 'Refused' | 'Ignored';
    /**
     * Why, in one word.
     */
    reason: string;
    /**
     * When it was answered.
     */
    time: string;
  };
  /**
   * In the modes ObserveOnly and Paused: what the operator would do next in mode Managed. Absent when nothing.
   */
  plan?: {
    /**
     * What would be done, and to what.
     */
    action: string;
    /**
     * Why.
     */
    reason: string;
  }[];
  /**
   * The last ten changes, newest first.
   */
  history?: {
    /**
     * When the change ended.
     */
    time: string;
    /**
     * What it was; as in `transition`.
     */
    type: 'Failover' | 'Switchover' | 'Rollout';
    /**
     * The pod that was ACTIVE before.
     */
    from: string;
    /**
     * The pod that was ACTIVE after it.
     */
    to: string;
    /**
     * Why it began, in one word.
     */
    reason: string;
    /**
     * How long it took, in milliseconds. Absent: the operator had just started, or could not read etcd, and did not see the change when it happened.
     */
    durationMilliseconds?: number;
    /**
     * How the old session ended. `LeaseExpired`: its time ran out. `LeaseRevoked`: the operator ended it, after the process was proven dead or served no more. `Released`: the process gave it back. `Unknown`: nothing of these was seen.
     */
    how?: 'LeaseExpired' | 'LeaseRevoked' | 'Released' | 'Unknown';
  }[];
  /**
   * The nodes of the ACTIVE and of the STANDBY, in this order, joined by a comma.
   */
  nodes?: string;
  /**
   * The label selector of the pair's pods.
   */
  selector?: string;
}
