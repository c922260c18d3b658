# One image for all of our processes; compose says which one a container runs.

FROM python:3.11.15-slim-bookworm AS packages
RUN python -m venv /venv
COPY requirements-runtime.txt .
# Only wheels with a known hash: nothing is compiled, nothing is decided while installing, and nothing is missing.
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check \
    --require-hashes --no-deps --only-binary :all: -r requirements-runtime.txt \
    && /venv/bin/pip check

FROM python:3.11.15-slim-bookworm
# A user without rights. It owns the one folder that is written: SQLite's, a volume.
RUN useradd --system --uid 10001 --no-create-home buy-projects \
    && install -d -o buy-projects /app/.run
COPY --from=packages /venv /venv
# What is printed is seen at once; the source folder is not writable, so no compiled files.
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 FLASK_APP=app
# Whoever says nothing gets no development's secrets: those must be asked for by ENVIRONMENT=development.
ENV ENVIRONMENT=production
WORKDIR /app
COPY config.py checkAmqp.py gunicorn.conf.py ./
COPY activities activities
COPY app app
COPY audit audit
COPY clients clients
COPY domain domain
COPY engine engine
COPY lib lib
COPY operators operators
COPY providers providers
COPY services services
COPY simulators simulators
COPY web web
COPY workers workers
COPY workflows workflows
USER buy-projects
EXPOSE 5000
CMD ["gunicorn", "app:create_app()", "--bind", "0.0.0.0:5000"]
