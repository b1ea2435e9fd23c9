# The service alone: no training code's dependencies, no compiler, no root.
FROM python:3.12-slim AS build
WORKDIR /src
COPY . .
RUN python -m pip wheel --no-cache-dir --constraint constraints.txt --wheel-dir /wheels .

FROM python:3.12-slim
# From the build stage's wheels only: nothing is downloaded here.
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    python -m pip install --no-cache-dir --no-index --find-links=/wheels gazecast \
    && useradd --system --no-create-home --shell /usr/sbin/nologin gazecast \
    && install --directory --owner gazecast --mode 700 /var/lib/gazecast
USER gazecast
VOLUME /var/lib/gazecast
# Inside a container the loopback address would be out of reach; publish the port with care.
ENV GAZECAST_HOST=0.0.0.0 \
    GAZECAST_PORT=8000 \
    GAZECAST_DATA_DIR=/var/lib/gazecast \
    GAZECAST_KEY_FILE=/var/lib/gazecast/keys \
    PYTHONUNBUFFERED=1
EXPOSE 8000
# Fails until the model is warmed up, and when the service hangs.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['GAZECAST_PORT'] + '/readyz', timeout=4)"]
ENTRYPOINT ["gazecast"]
CMD ["serve"]
