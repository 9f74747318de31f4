#!/bin/sh
# Makes the committed .pb.go files again; needs protoc and protoc-gen-gocosmos (github.com/cosmos/gogoproto) on the PATH.
set -eu
cd "$(dirname "$0")/.."
at() { go list -m -f '{{.Dir}}' "$1"; }
for package in babylonlabs/babylon/v1beta1 bsntest/zc/v1; do
  protoc -I proto -I "$(at github.com/cosmos/cosmos-sdk)/proto" -I "$(at github.com/cosmos/gogoproto)" \
    -I "$(at github.com/cosmos/gogoproto)/protobuf" -I "$(at github.com/cosmos/cosmos-proto)/proto" \
    --gocosmos_out=plugins=grpc,Mgoogle/protobuf/timestamp.proto=github.com/cosmos/gogoproto/types:. "proto/$package/"*.proto
done
cp -r bsn.local/chain/x . && rm -r bsn.local
