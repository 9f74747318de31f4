// Command headers writes headers with their hashes as CometBFT's own code computes and prints them: the vectors of
// packages/client-ts (`go run ./headers > ../../packages/client-ts/test/recorded/headers.json`).
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/cometbft/cometbft/crypto/tmhash"
	cmtjson "github.com/cometbft/cometbft/libs/json"
	cmtversion "github.com/cometbft/cometbft/proto/tendermint/version"
	"github.com/cometbft/cometbft/types"
)

type vector struct {
	Name   string          `json:"name"`
	Header json.RawMessage `json:"header"`
	Hash   string          `json:"hash"`
}

func base() types.Header {
	sum := func(text string) []byte { return tmhash.Sum([]byte(text)) }
	return types.Header{
		Version:            cmtversion.Consensus{Block: 11, App: 3},
		ChainID:            "consumer-1",
		Height:             1_000_000,
		Time:               time.Date(2026, 2, 3, 4, 5, 6, 123456789, time.UTC),
		LastBlockID:        types.BlockID{Hash: sum("block"), PartSetHeader: types.PartSetHeader{Total: 3, Hash: sum("parts")}},
		LastCommitHash:     sum("commit"),
		DataHash:           sum("data"),
		ValidatorsHash:     sum("validators"),
		NextValidatorsHash: sum("next validators"),
		ConsensusHash:      sum("consensus"),
		AppHash:            sum("app"),
		LastResultsHash:    sum("results"),
		EvidenceHash:       sum("evidence"),
		ProposerAddress:    sum("proposer")[:20],
	}
}

func main() {
	cases := []struct {
		name   string
		change func(*types.Header)
	}{
		{"an ordinary header", func(*types.Header) {}},
		{"the first block has none below", func(h *types.Header) {
			h.Height, h.LastBlockID, h.LastCommitHash, h.AppHash = 1, types.BlockID{}, nil, nil
		}},
		{"no application version", func(h *types.Header) { h.Version.App = 0 }},
		{"a large application version", func(h *types.Header) { h.Version.App = 1 << 40 }},
		{"a whole second", func(h *types.Header) { h.Time = time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC) }},
		{"a nanosecond", func(h *types.Header) { h.Time = time.Date(2026, 2, 3, 4, 5, 6, 1, time.UTC) }},
		{"tenths of a second", func(h *types.Header) { h.Time = time.Date(2026, 2, 3, 4, 5, 6, 500_000_000, time.UTC) }},
		{"before 1970", func(h *types.Header) { h.Time = time.Date(1969, 12, 31, 23, 59, 59, 250_000_000, time.UTC) }},
		{"the time that Go calls zero", func(h *types.Header) { h.Time = time.Time{} }},
		{"1970", func(h *types.Header) { h.Time = time.Unix(0, 0).UTC() }},
		{"the highest height of JavaScript", func(h *types.Header) { h.Height = 1<<53 - 1 }},
		{"a height of one byte", func(h *types.Header) { h.Height = 127 }},
		{"a height of two bytes", func(h *types.Header) { h.Height = 128 }},
		{"a chain id beyond ASCII", func(h *types.Header) { h.ChainID = "ünï-链-1" }},
		{"an application hash of 8 bytes", func(h *types.Header) { h.AppHash = make([]byte, 8) }},
		{"many parts", func(h *types.Header) { h.LastBlockID.PartSetHeader.Total = 1<<32 - 1 }},
	}
	vectors := make([]vector, 0, len(cases))
	for _, one := range cases {
		header := base()
		one.change(&header)
		text, err := cmtjson.Marshal(header)
		if err != nil {
			fmt.Fprintln(os.Stderr, "error:", err)
			os.Exit(1)
		}
		vectors = append(vectors, vector{one.name, text, header.Hash().String()})
	}
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", " ")
	if err := out.Encode(vectors); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}
