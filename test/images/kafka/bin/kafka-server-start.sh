#!/bin/sh
# Runs a broker: kafka-server-start.sh FILE
exec /opt/kafka/bin/kafka-run-class.sh kafka.Kafka "$@"
