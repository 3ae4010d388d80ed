# The statistics service by itself: it needs nothing of the CMS but the folder stats/ and the public key.
# Built from the project's root: docker build -f deploy/stats.Dockerfile -t inktree-stats .
ARG PYTHON_IMAGE=python:3.11.16-slim-bookworm@sha256:0bee7276f83efd4a1ee05bbbf4281d95ed28e079220a9457f25a93e3f1e3c31b

FROM ${PYTHON_IMAGE} AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python3 -m venv /opt/stats
WORKDIR /build
COPY stats/requirements.lock .
RUN /opt/stats/bin/pip install --require-hashes --only-binary :all: -r requirements.lock

FROM ${PYTHON_IMAGE}
ENV PATH=/opt/stats/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/var/lib/stats
RUN useradd --system --uid 10002 --home-dir /var/lib/stats --create-home stats
COPY --from=packages /opt/stats /opt/stats
COPY stats /srv/stats/stats
WORKDIR /srv/stats
USER 10002
EXPOSE 8001
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python3", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ.get(\"STATS_PORT\", \"8001\")}/healthz', timeout=3)"]
ENTRYPOINT ["python3", "-m", "stats"]
