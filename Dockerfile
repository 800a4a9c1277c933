# The image of the operator: a bundle of JavaScript, which runs on every architecture, on a distroless image with node: no shell, no
# package manager, nothing to run but node.
#
# Both bases are pinned by the digest of their multi-platform index. They are arguments, so that a mirror or a newer digest can take
# their place: any image with npm to build, any with node on the PATH or in /nodejs/bin to run.
ARG BUILD_IMAGE=node:24.18.0-bookworm-slim@sha256:6f7b03f7c2c8e2e784dcf9295400527b9b1270fd37b7e9a7285cf83b6951452d
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs24-debian13:nonroot@sha256:bb6b03d81066993293a10feda7250e8e1cc034035fe9b61cfceededa7c8bf04d

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
