package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// role is which of the two chains this process is.
type role string

const (
	consumer role = "consumer"
	genesis  role = "genesis"
)

func parseRole(s string) (role, error) {
	switch r := role(s); r {
	case consumer, genesis:
		return r, nil
	}
	return "", fmt.Errorf("unknown role %q: consumer or genesis", s)
}

// prefix is the role's address prefix: as on the appchain's demo chain, and as on Babylon Genesis.
func (r role) prefix() string {
	if r == genesis {
		return "bbn"
	}
	return "bbnc"
}

func defaultHome(r role) string {
	return filepath.Join(os.TempDir(), "bsn-chain-"+string(r))
}
