#!/bin/sh
# Prepares the folder of a broker: kafka-storage.sh format --cluster-id ID --config FILE
exec /opt/kafka/bin/kafka-run-class.sh kafka.tools.StorageTool "$@"
