// Command chain is a real wasmd chain in one of two roles, for tests:
//
//	chain consumer ...   the appchain: its chain module calls the contract at the edges of every block
//	chain genesis ...    Babylon Genesis' side of port zoneconcierge
//
// After the role comes what any SDK daemon knows: init, keys, genesis, start, export. Transactions and queries come over RPC.
package main

import (
	"fmt"
	"os"

	svrcmd "github.com/cosmos/cosmos-sdk/server/cmd"
	sdk "github.com/cosmos/cosmos-sdk/types"

	wasmtypes "github.com/CosmWasm/wasmd/x/wasm/types"
)

func main() {
	if err := run(os.Args); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// run takes the role off the arguments and hands the rest to the command line.
func run(args []string) error {
	if len(args) < 2 {
		return fmt.Errorf("no role given: consumer or genesis")
	}
	role, err := parseRole(args[1])
	if err != nil {
		return err
	}
	useAddressesOf(role)
	root := newRootCmd(role)
	root.SetArgs(args[2:])
	return svrcmd.Execute(root, "", defaultHome(role))
}

// useAddressesOf fixes the address prefix of this process.
func useAddressesOf(r role) {
	cfg := sdk.GetConfig()
	p := r.prefix()
	cfg.SetBech32PrefixForAccount(p, p+sdk.PrefixPublic)
	cfg.SetBech32PrefixForValidator(p+"valoper", p+"valoperpub")
	cfg.SetBech32PrefixForConsensusNode(p+"valcons", p+"valconspub")
	cfg.SetAddressVerifier(wasmtypes.VerifyAddressLen())
	cfg.Seal()
}
