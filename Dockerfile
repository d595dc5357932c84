# leadload as one static program in an image with nothing else: no shell, no package manager, not root.
#
#   docker build -t leadload .
#   docker run --rm -v "$PWD:/data" --user "$(id -u):$(id -g)" -e LEADLOAD_TOKEN leadload import leads.csv --platform famulor --campaign 7
#
# UNTESTED: it was written where no image could be built, and the static build was not tried either. See docs/PACKAGING.md.

# The official image for musl: what it builds is static by default. Not older than rust-version in Cargo.toml.
FROM rust:1.92-alpine AS build
# A C compiler for mimalloc, ring and zstd.
RUN apk add --no-cache build-base
WORKDIR /build
COPY Cargo.toml Cargo.lock ./
COPY src ./src
COPY benches ./benches
COPY tests/tests.rs ./tests/tests.rs
COPY README.md LICENSE-APACHE LICENSE-MIT ./
RUN cargo build --release --locked --bin leadload
# A program that needs a loader would not start in the image below.
RUN ! readelf --program-headers target/release/leadload | grep -q INTERP \
    && target/release/leadload --version

# Root certificates, time zones (for --until), /tmp, and a user without rights: nothing else is in it.
FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /build/target/release/leadload /usr/local/bin/leadload
COPY --from=build /build/LICENSE-APACHE /build/LICENSE-MIT /usr/share/doc/leadload/
# Inputs and results: mount a folder here that the user may write.
WORKDIR /data
# SIGTERM, as docker stop sends it, stops cleanly: give it time with --stop-timeout 60.
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/bin/leadload"]
CMD ["--help"]
