# The image of the operator: a bundle of JavaScript, which runs on every architecture, upon an image that has node.
#
# Base images are arguments, so that a mirror, a digest or a distroless image can take their place. The final stage runs
# nothing, so its base needs no shell.
ARG BUILD_IMAGE=node:24-bookworm-slim
ARG RUNTIME_IMAGE=node:24-bookworm-slim

# The bundle is the same on every architecture: it is made on the builder's own.
FROM --platform=${BUILDPLATFORM} ${BUILD_IMAGE} AS build
WORKDIR /build
# Dependencies first: they change less often than the sources. No package's own script runs.
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY scripts ./scripts
COPY src ./src
ARG VERSION=0.0.0-dev
RUN node scripts/bundle.ts --version "${VERSION}" && rm dist/*.map

FROM ${RUNTIME_IMAGE}
ARG VERSION=0.0.0-dev
LABEL org.opencontainers.image.title="coordinator-pair-operator" \
      org.opencontainers.image.description="Keeps Milvus coordinators running as pairs of one ACTIVE and one STANDBY" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.licenses="Apache-2.0"
# /nodejs/bin is where distroless images keep node.
ENV NODE_ENV=production \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/nodejs/bin
COPY --from=build /build/dist /app
USER 65532:65532
EXPOSE 8080 8081
ENTRYPOINT ["node", "/app/main.js"]
