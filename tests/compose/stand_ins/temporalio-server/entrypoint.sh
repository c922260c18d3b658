# Who listens on every address has to name one to the cluster's other parts.
set -eu
address=$(hostname -i)
export BIND_ON_IP="${BIND_ON_IP:-$address}"
if [ "$BIND_ON_IP" = 0.0.0.0 ]; then
  export TEMPORAL_BROADCAST_ADDRESS="${TEMPORAL_BROADCAST_ADDRESS:-$address}"
fi
exec temporal-server --env docker --allow-no-auth start
