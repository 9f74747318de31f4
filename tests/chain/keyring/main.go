// Command keyring writes the files of a keyring as the SDK itself does, for the tests of tools/cli: the backends `test` and
// `file`, each with a key of known words and one of which only the public half is known.
//
//	go run ./keyring FOLDER
package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/types"
	cryptocodec "github.com/cosmos/cosmos-sdk/crypto/codec"
	"github.com/cosmos/cosmos-sdk/crypto/hd"
	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
)

const (
	words      = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"
	path       = "m/44'/118'/0'/0/0"
	passphrase = "correct horse"
)

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(folder string) error {
	registry := types.NewInterfaceRegistry()
	cryptocodec.RegisterInterfaces(registry)
	for _, backend := range []string{keyring.BackendTest, keyring.BackendFile} {
		// twice when the passphrase is chosen, once for each use of it
		input := strings.NewReader(strings.Repeat(passphrase+"\n", 8))
		ring, err := keyring.New("bsn", backend, folder, input, codec.NewProtoCodec(registry))
		if err != nil {
			return err
		}
		if _, err := ring.NewAccount("alice", words, "", path, hd.Secp256k1); err != nil {
			return err
		}
		key := secp256k1.GenPrivKeyFromSecret([]byte("watched"))
		if _, err := ring.SaveOfflineKey("watched", key.PubKey()); err != nil {
			return err
		}
	}
	return nil
}
