#!/usr/bin/env bash
# Runs Django's deployment check with the settings of a full installation: nothing is contacted.
set -euo pipefail
export DATABASE_URL=postgres://helpdesk@127.0.0.1:1/helpdesk REDIS_URL=redis://127.0.0.1:1/0
export SECRET_KEY=k4Zq-9fWm1xTb7Lr2sVd8Yc3Hn6Jp0Gu5Ea-QoRiXtBwNzMy-7Ks2 PHONE_HASH_KEY=not-a-secret-0123456789
export SEAL_KEYS=fJr0rm4vTrPBqqp2mVnhMBwcnHyvGvSvwAUbWuaBaYM= ALLOWED_HOSTS=helpdesk.example
exec "$1" manage.py check --deploy --fail-level WARNING
