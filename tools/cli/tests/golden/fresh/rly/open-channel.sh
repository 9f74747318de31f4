#!/bin/sh
# Written by `bsn relayer rly`: the steps of a link between bbn-1 and app-1, in their order. Each can be called again.
#
#   ./open-channel.sh keys        makes a key on each chain; fund both addresses
#   ./open-channel.sh link        clients, connection, and the channel of rewards: before the contract exists
#                                 then: `bsn deploy`, and MsgRegisterConsumer on bbn-1
#   ./open-channel.sh channel     the channel of this protocol, from bbn-1's side: once for a client, ever
#   ./open-channel.sh start       relays until it is stopped
#
# Whether a step took effect `bsn connect` says: rly ends with success where an application refused a handshake.
set -eu
folder="$(cd "$(dirname "$0")" && pwd)"
rly() { "${RLY:-rly}" --home "$folder/rly" "$@"; }
# Clients and connections can be asked for only some blocks after they were made.
settle() { sleep "${SETTLE:-15}"; }

case "${1:-}" in
keys)
    rly keys add app-1 relayer
    rly keys add bbn-1 relayer
    ;;
link)
    # Two thirds of the shorter unbonding time of both chains. A client that expires needs governance.
    rly tx clients bsn --client-tp 120000s
    settle
    rly tx connection bsn --max-retries 5 --timeout 20s
    settle
    rly tx channel bsn --src-port transfer --dst-port transfer --order unordered --version ics20-1 --max-retries 5 --timeout 20s
    ;;
channel)
    rly tx channel bsn --src-port zoneconcierge --dst-port wasm.<address of bsn> --order ordered --version zoneconcierge-1 --max-retries 3 --timeout 20s
    ;;
start)
    # Both clients are updated every six hours, also without packets.
    exec "${RLY:-rly}" --home "$folder/rly" start bsn --time-threshold 6h --flush-interval 5m --max-msgs 5
    ;;
*)
    sed -n 's/^# \{0,1\}//p' "$0" | sed -n '2,12p' >&2
    exit 2
    ;;
esac
