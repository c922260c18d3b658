#!/bin/sh
# Creates the namespace, or brings it up to date: retention and search attributes. Safe to run again.
# Environment: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE.
set -u

# Stripe's events can be recovered for 30 days: a late one still finds the saga that has dealt with it.
RETENTION=720h
# A server that has just begun takes seconds to answer, and some more to know a namespace that is new.
TRIES_MAX=60

namespace() {
  verb=$1
  shift
  temporal operator namespace "$verb" --namespace "$TEMPORAL_NAMESPACE" "$@"
}

attribute() {
  verb=$1
  shift
  temporal operator search-attribute "$verb" --namespace "$TEMPORAL_NAMESPACE" "$@"
}

add_missing_attributes() {
  known=$(attribute list) || return 1
  for wanted in PurchaseStatus:Keyword PaymentId:Keyword BuyerId:Keyword ProjectId:KeywordList; do
    name=${wanted%:*}
    echo "$known" | grep -qw "$name" || attribute create --name "$name" --type "${wanted#*:}" || return 1
  done
}

prepare() {
  namespace describe >/dev/null 2>&1 || namespace create --retention "$RETENTION" || return 1
  namespace update --retention "$RETENTION" && add_missing_attributes
}

tries=1
until prepare; do
  [ "$tries" -lt "$TRIES_MAX" ] || exit 1
  tries=$((tries + 1))
  sleep 1
done
