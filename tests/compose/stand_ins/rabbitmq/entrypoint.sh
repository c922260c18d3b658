# The folder belongs to the broker's user, also where an older volume says otherwise.
set -eu
find /var/lib/rabbitmq \! -user rabbitmq -exec chown rabbitmq {} +
exec setpriv --reuid=rabbitmq --regid=rabbitmq --init-groups "$@"
