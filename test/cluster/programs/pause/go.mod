// The process that keeps a pod's namespaces open: our own, because no image registry is asked for one.
module coordinator-pair-operator/programs/pause

go 1.22
