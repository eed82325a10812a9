# One image; the command decides which process it is. The packages are those of the lock.
FROM python:3.13-slim-bookworm AS build
RUN pip install --no-cache-dir "uv>=0.9"
WORKDIR /app
COPY requirements.lock ./
RUN uv venv /venv && uv pip sync --python /venv/bin/python --require-hashes requirements.lock
COPY . .
RUN uv pip install --python /venv/bin/python --no-deps --no-build-isolation --editable .

FROM python:3.13-slim-bookworm
RUN useradd --system --create-home --home-dir /var/lib/justbookit justbookit
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 JUSTBOOKIT_HOME=/var/lib/justbookit
USER justbookit
CMD ["justbookit", "--help"]
