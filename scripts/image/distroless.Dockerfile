# What the distroless image of node has, made on this machine: node, the libraries that it loads, and users. No shell, no npm.
ARG BASE
FROM ${BASE} AS debian
RUN mkdir -p /rootfs/nodejs/bin /rootfs/etc /rootfs/tmp \
 && chmod 1777 /rootfs/tmp \
 && cp /usr/local/bin/node /rootfs/nodejs/bin/node \
 && ldd /usr/local/bin/node | grep -o '/[^ ]*' | xargs cp --parents --dereference --target-directory=/rootfs \
 && echo 'root:x:0:0:root:/root:/sbin/nologin' > /rootfs/etc/passwd \
 && echo 'nonroot:x:65532:65532:nonroot:/:/sbin/nologin' >> /rootfs/etc/passwd \
 && printf 'root:x:0:\nnonroot:x:65532:\n' > /rootfs/etc/group \
 && echo 'hosts: files dns' > /rootfs/etc/nsswitch.conf

FROM scratch
COPY --from=debian /rootfs /
