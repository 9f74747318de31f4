//go:build tools

// Package rly pins the relayer that links the two chains.
package rly

import _ "github.com/cosmos/relayer/v2"
