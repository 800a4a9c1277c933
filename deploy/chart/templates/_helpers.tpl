{{- define "operator.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 53 | trimSuffix "-" -}}
{{- end -}}

{{/* Room is left for the longest suffix. */}}
{{- define "operator.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride -}}
{{- else if contains (include "operator.name" .) .Release.Name -}}
{{- .Release.Name | trunc 53 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "operator.name" .) | trunc 53 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "operator.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "operator.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* Never changes for a release: a Deployment's selector is immutable. */}}
{{- define "operator.selectorLabels" -}}
app.kubernetes.io/name: {{ include "operator.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "operator.labels" -}}
{{ include "operator.selectorLabels" . }}
app.kubernetes.io/component: operator
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end -}}

{{- define "operator.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{/* Who the bindings bind. */}}
{{- define "operator.subjects" -}}
- kind: ServiceAccount
  name: {{ include "operator.serviceAccountName" . }}
  namespace: {{ .Release.Namespace }}
{{- end -}}

{{/*
Whether an admission policy is rendered: as its value says; empty, wherever anything cluster-wide is rendered. Who has
switched all of that off may not make such objects, or does not want them. Called with (list . value).
*/}}
{{- define "operator.protects" -}}
{{- $root := index . 0 -}}
{{- $value := index . 1 -}}
{{- if kindIs "bool" $value -}}
{{- if $value }}true{{ end -}}
{{- else -}}
{{- with $root.Values -}}
{{- if or (not .watchNamespaces) .crds.enabled .rbac.nodes .rbac.aggregateToDefaultRoles }}true{{ end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Where an admission policy holds: in the namespaces that are watched. Called with (list . name). */}}
{{- define "operator.policyBinding" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata:
  name: {{ $name }}
  labels:
    {{- include "operator.labels" $root | nindent 4 }}
spec:
  policyName: {{ $name }}
  validationActions: [Deny]
  matchResources:
    {{- if $root.Values.watchNamespaces }}
    namespaceSelector:
      matchExpressions:
        - key: kubernetes.io/metadata.name
          operator: In
          values: {{ toJson $root.Values.watchNamespaces }}
    {{- else }}
    namespaceSelector: {}
    {{- end }}
{{- end -}}

{{/* What the operator may do where pairs are. docs/install.md says why, line by line. */}}
{{- define "operator.pairRules" -}}
- apiGroups: [ha.milvus.io]
  resources: [coordinatorpairs]
  verbs: [get, list, watch]
- apiGroups: [ha.milvus.io]
  resources: [coordinatorpairs/status]
  verbs: [patch]
- apiGroups: [ha.milvus.io]
  resources: [coordinatorpairs/finalizers]
  verbs: [update]
- apiGroups: [apps]
  resources: [statefulsets]
  verbs: [get, list, watch, create, patch]
- apiGroups: [apps]
  resources: [controllerrevisions]
  verbs: [list]
- apiGroups: [apps]
  resources: [deployments, replicasets]
  verbs: [get]
- apiGroups: ['']
  resources: [services, configmaps]
  verbs: [get, list, watch, create, patch]
- apiGroups: [policy]
  resources: [poddisruptionbudgets]
  verbs: [get, list, watch, create, patch]
- apiGroups: ['']
  resources: [pods]
  verbs: [get, list, watch, patch, delete]
- apiGroups: ['']
  resources: [secrets]
  verbs: [get]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [list, create]
{{- if .Values.etcdGuard.enabled }}
- apiGroups: [ha.milvus.io]
  resources: [etcdguards]
  verbs: [get, list, watch]
- apiGroups: [ha.milvus.io]
  resources: [etcdguards/status]
  verbs: [patch]
- apiGroups: ['']
  resources: [pods/log, persistentvolumeclaims]
  verbs: [get]
{{- if .Values.etcdGuard.repair }}
{{ include "operator.repairRules" . }}
{{- end }}
{{- end }}
{{- end -}}

{{/* What it may do besides where it repairs etcd. Together worth as much as the namespace: docs/security.md. */}}
{{- define "operator.repairRules" -}}
- apiGroups: [ha.milvus.io]
  resources: [etcdrecoveries]
  verbs: [get, list, watch, create, patch, delete, write-journal]
- apiGroups: [ha.milvus.io]
  resources: [etcdrecoveries/status]
  verbs: [patch]
{{- $etcds := list }}
{{- range .Values.etcdGuard.etcdNames }}{{ $etcds = append $etcds (printf "etcd-recovery-%s" .) }}{{ end }}
# A create cannot be limited to a name: the API server does not know it yet when it decides.
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [create]
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  {{- with $etcds }}
  resourceNames: {{ toJson . }}
  {{- end }}
  verbs: [get, update]
- apiGroups: ['']
  resources: [configmaps]
  {{- with $etcds }}
  resourceNames: {{ toJson . }}
  {{- end }}
  verbs: [update, delete]
- apiGroups: [batch]
  resources: [jobs]
  verbs: [get, list, create, patch]
- apiGroups: ['']
  resources: [pods/ephemeralcontainers]
  verbs: [patch]
- apiGroups: ['']
  resources: [persistentvolumeclaims]
  verbs: [create, patch, delete]
- apiGroups: [apps]
  resources: [statefulsets]
  {{- with .Values.etcdGuard.etcdNames }}
  resourceNames: {{ toJson . }}
  {{- end }}
  verbs: [delete]
- apiGroups: [ha.milvus.io]
  resources: [coordinatorpairs]
  verbs: [patch]
- apiGroups: [apps]
  resources: [deployments]
  verbs: [list, patch]
- apiGroups: [milvus.io]
  resources: [milvuses]
  verbs: [get, patch]
{{- end -}}

{{/* Whether it repairs anywhere. */}}
{{- define "operator.repairs" -}}
{{- if and .Values.etcdGuard.enabled (or .Values.etcdGuard.repair .Values.etcdGuard.repairNamespaces) }}true{{ end -}}
{{- end -}}
