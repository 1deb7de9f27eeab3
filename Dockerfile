# AIDA Hub's own image: web server, worker and clock are three commands of it. See docs/operating.md, "In containers".

ARG PYTHON=3.11-slim-bookworm
FROM python:${PYTHON} AS build
# pip's configuration may come as a build secret: docker build --secret id=pip,src=pip.conf .
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.txt /build/
RUN --mount=type=secret,id=pip,target=/etc/pip.conf \
    python -m venv /opt/aidahub/.venv \
    && /opt/aidahub/.venv/bin/python -m pip install --require-hashes -r /build/requirements.txt
COPY . /opt/aidahub/
RUN /opt/aidahub/.venv/bin/python -m compileall -q /opt/aidahub/aidahub /opt/aidahub/access_requests /opt/aidahub/datasets

FROM python:${PYTHON}
# What draws the PDF of a request.
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/*
RUN groupadd --gid 10001 aidahub \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/aidahub --shell /usr/sbin/nologin aidahub \
    && install -d -o 10001 -g 10001 -m 700 /var/lib/aidahub
COPY --from=build /opt/aidahub /opt/aidahub
WORKDIR /opt/aidahub
ENV PATH=/opt/aidahub/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    VAR_DIR=/var/lib/aidahub \
    BIND=0.0.0.0:8000 \
    XDG_CACHE_HOME=/tmp
VOLUME /var/lib/aidahub
USER 10001:10001
CMD ["python", "-m", "gunicorn", "-c", "python:aidahub.gunicorn", "aidahub.wsgi"]
