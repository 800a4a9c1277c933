# Debian with node, for machines that cannot pull node:24-bookworm-slim.
ARG BASE
FROM ${BASE}
COPY node /usr/local/bin/node
