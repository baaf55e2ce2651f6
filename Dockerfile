# The reader as a library of its own: a C compiler is needed here only.
FROM python:3.11-slim-bookworm AS compiling
WORKDIR /srv/helpdesk
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends gcc libc6-dev
COPY requirements.txt requirements-compile.txt ./
RUN pip install --no-cache-dir -r requirements.txt -r requirements-compile.txt
COPY manage.py ./
COPY helpdesk helpdesk
COPY districts districts
COPY requests_app requests_app
RUN python manage.py compile_reader

# One image for web, worker, ingester and sweeper; the command chooses (docker-compose.yml).
FROM python:3.11-slim-bookworm
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/srv/helpdesk/var STATIC_ROOT=/srv/helpdesk/static-root
WORKDIR /srv/helpdesk
COPY requirements.txt ./
RUN pip install --no-cache-dir -r requirements.txt && useradd --system --home /srv/helpdesk helpdesk
COPY manage.py ./
COPY helpdesk helpdesk
COPY districts districts
COPY requests_app requests_app
COPY templates templates
COPY static static
COPY locale locale
COPY --from=compiling /srv/helpdesk/compiled compiled
# Built as an embedded installation, whose throw-away secrets are removed again.
RUN python manage.py compile_locale && python manage.py collectstatic --noinput -v 0 && rm -rf var && mkdir var && chown helpdesk var
USER helpdesk
EXPOSE 8000
CMD ["gunicorn", "helpdesk.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--no-control-socket"]
