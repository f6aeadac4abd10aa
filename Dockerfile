# One image for each app:
#
#   docker build --target resource-api -t resource-api .
#
# `docker compose up` builds and starts them all; see docker-compose.yml.

# ---- build: every app in one go, for they share nearly all of their dependencies.
FROM rust:1-bookworm AS build
WORKDIR /src
# `dev` compiles in half the time and runs slower.
ARG PROFILE=release
ENV APPS="-p authorization-server -p authorization-code-client -p client-credentials-worker \
          -p password-bearer-api -p pitfalls-lab -p resource-api"

# The dependencies come first, compiled beside empty crates: their layer stays as long as no manifest changes.
COPY Cargo.toml Cargo.lock ./
COPY auth-core/Cargo.toml auth-core/
COPY apps/authorization-code-client/Cargo.toml apps/authorization-code-client/
COPY apps/authorization-server/Cargo.toml apps/authorization-server/
COPY apps/client-credentials-worker/Cargo.toml apps/client-credentials-worker/
COPY apps/password-bearer-api/Cargo.toml apps/password-bearer-api/
COPY apps/pitfalls-lab/Cargo.toml apps/pitfalls-lab/
COPY apps/playground/Cargo.toml apps/playground/
COPY apps/resource-api/Cargo.toml apps/resource-api/
COPY book/Cargo.toml book/
COPY tests/Cargo.toml tests/
RUN for crate in auth-core apps/* book tests; do \
        # An empty crate has no tests, examples and benches for its manifest to name.
        awk '/^\[/ { skip = /^\[\[(test|example|bench)\]\]/ } !skip' $crate/Cargo.toml > manifest && \
        mv manifest $crate/Cargo.toml && mkdir $crate/src && \
        : > $crate/src/lib.rs && echo 'fn main() {}' > $crate/src/main.rs || exit 1; \
    done && \
    mkdir book/build && echo 'fn main() {}' > book/build/main.rs && \
    cargo build --locked --profile $PROFILE $APPS -p playground

COPY auth-core auth-core
COPY apps apps
# Cargo compares times: the empty crates are younger than the sources that replace them.
RUN find auth-core apps -name '*.rs' -exec touch {} + && \
    cargo build --locked --profile $PROFILE $APPS

# The playground has the book in it, and that shows parts of the tests: neither makes the apps be built again.
COPY Dockerfile docker-compose.yml ./
COPY .ci .ci
COPY docs docs
COPY tests tests
COPY book book
RUN find book -name '*.rs' -exec touch {} + && \
    cargo build --locked --profile $PROFILE $APPS -p playground && \
    mkdir /out && find target -mindepth 2 -maxdepth 2 -type f -perm /111 -exec cp {} /out/ \;

# ---- what every image has in common: no shell script, no package but Debian's slim base, no root.
FROM debian:bookworm-slim AS runtime
# For calls to https servers.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
# A volume that is mounted here the first time takes over the owner. The root file system may be read-only:
# nothing else is written.
RUN install --directory --owner=10001 --group=10001 --mode=0700 /data /secrets
USER 10001:10001
WORKDIR /data

FROM runtime AS authorization-server
COPY --from=build /out/authorization-server /usr/local/bin/
ENV AS_LISTEN=0.0.0.0:9000
EXPOSE 9000
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s CMD ["authorization-server", "healthcheck"]
ENTRYPOINT ["authorization-server"]
CMD ["serve"]

FROM runtime AS authorization-code-client
COPY --from=build /out/authorization-code-client /usr/local/bin/
ENV LISTEN=0.0.0.0:8000
EXPOSE 8000
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s CMD ["authorization-code-client", "--healthcheck"]
ENTRYPOINT ["authorization-code-client"]

FROM runtime AS resource-api
COPY --from=build /out/resource-api /usr/local/bin/
ENV LISTEN=0.0.0.0:8002 DATABASE_URL=sqlite:/data/resource-api.sqlite
EXPOSE 8002
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s CMD ["resource-api", "--healthcheck"]
ENTRYPOINT ["resource-api"]

FROM runtime AS password-bearer-api
COPY --from=build /out/password-bearer-api /usr/local/bin/
ENV LISTEN=0.0.0.0:8001 DATA_DIR=/data
EXPOSE 8001
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s CMD ["password-bearer-api", "--healthcheck"]
ENTRYPOINT ["password-bearer-api"]

FROM runtime AS client-credentials-worker
COPY --from=build /out/client-credentials-worker /usr/local/bin/
# It serves nothing but the answer to the health check.
ENV HEALTH_LISTEN=127.0.0.1:8003
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s CMD ["client-credentials-worker", "--healthcheck"]
ENTRYPOINT ["client-credentials-worker"]

# The page alone: in containers each party has one of its own.
FROM runtime AS playground
COPY --from=build /out/playground /usr/local/bin/
ENV PLAYGROUND_FRONT_DOOR=0.0.0.0:8080
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s CMD ["playground", "--healthcheck"]
ENTRYPOINT ["playground"]

# The pitfalls lab: deliberately broken parties, for a published port on loopback and nothing else.
FROM runtime AS pitfalls-lab
COPY --from=build /out/pitfalls-lab /usr/local/bin/
ENV PITFALLS_LAB_IMAGE=1
EXPOSE 9400-9408
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s CMD ["pitfalls-lab", "--healthcheck"]
ENTRYPOINT ["pitfalls-lab"]

# ---- for docker-compose.yml only: makes the demo's secrets, users and clients, and ends.
FROM runtime AS init
COPY --from=build /out/authorization-server /out/password-bearer-api /usr/local/bin/
COPY --from=runtime --chown=10001:10001 /data /password-bearer-api
COPY docker/init /usr/local/bin/init
ENV DATA_DIR=/password-bearer-api
ENTRYPOINT ["init"]
