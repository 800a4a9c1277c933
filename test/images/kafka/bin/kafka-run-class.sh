#!/bin/sh
# Runs a class of Kafka. The flags of the virtual machine are those of a small broker that shall be up soon.
# shellcheck disable=SC2086 # several options in one variable, as in Kafka's own script
exec java ${KAFKA_HEAP_OPTS:--Xmx384m} -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
  -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp '/opt/kafka/libs/*' "$@"
