#!/bin/sh
# What a container of the image does: web, worker, beat, migrate, or any command of manage.py.
set -eu

cd "$(dirname "$0")/.."

role=${1:-web}
note=/tmp/inktree-role

# An address answers, or what leaves marks while it works has left one within five minutes.
health() {
    case "$(cat "$note" 2>/dev/null || echo web)" in
        web) python3 -c "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ.get('PORT', '8000') + '/healthz', timeout=3)" ;;
        worker | beat) test -n "$(find "$DATA_DIR/$(cat "$note").alive" -newermt '-5 minutes' 2>/dev/null)" ;;
        *) true ;;
    esac
}

# A process with secrets of its own making would sign what the others refuse.
insist() {
    for name in SECRET_KEY JWT_PRIVATE_KEY DATABASE_URL; do
        eval "value=\${$name:-}"
        if [ -z "$value" ]; then
            echo "inktree: Environment variable $name not set" >&2
            exit 1
        fi
    done
}

# Migrations ask for locks; one that does not get its lock within seconds must not hold up everybody behind it.
migrate() {
    tries=0
    until PGOPTIONS='-c lock_timeout=3s' python3 manage.py migrate --no-input; do
        tries=$((tries + 1))
        if [ "$tries" -ge 10 ]; then exit 1; fi
        echo "inktree: migrate did not get through; once more in 3 seconds" >&2
        sleep 3
    done
    if [ -n "${S3_BUCKET:-}" ]; then python3 manage.py create_bucket; fi
}

case "$role" in
    health) health; exit ;;
    collect)
        DJANGO_SETTINGS_MODULE=cms.settings python3 -c 'import django; django.setup(); from cms import server; server.collect_static()'
        rm -rf "$DATA_DIR/secrets" "$DATA_DIR/logs" # made on the way; an image holds none
        exit
        ;;
esac

echo "$role" >"$note"
case "$role" in
    web) insist; exec python3 -m cms.web ;;
    worker) insist; exec python3 -m cms.worker ;;
    beat) insist; exec python3 manage.py ticker ;;
    migrate) insist; migrate ;;
    *) exec python3 manage.py "$@" ;;
esac
