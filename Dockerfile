# One image for every role; the console is built by the same hook that builds the wheel.
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
ENV UV_COMPILE_BYTECODE=1
RUN pip install --no-cache-dir uv
COPY requirements/run.txt requirements/run.txt
RUN uv venv /opt/unwalled && VIRTUAL_ENV=/opt/unwalled uv pip install --require-hashes -r requirements/run.txt
COPY . .
RUN VIRTUAL_ENV=/opt/unwalled uv pip install --no-deps .

FROM python:3.11-slim-bookworm
RUN useradd --system --home-dir /var/lib/unwalled --create-home unwalled
COPY --from=build /opt/unwalled /opt/unwalled
ENV PATH=/opt/unwalled/bin:$PATH UNWALLED_HOME=/var/lib/unwalled NUMBA_CACHE_DIR=/var/lib/unwalled/kernel
USER unwalled
RUN python -m routing warm
VOLUME /var/lib/unwalled
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["unwalled", "serve", "--host", "0.0.0.0"]
