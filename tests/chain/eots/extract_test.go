package eots

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/decred/dcrd/dcrec/secp256k1/v4"
)

const context = "fa7fd18247e453980a96b7f7045772dfac42bedfa1cd62338e60c5c102698f18"

// even gives the scalar, or its negation, whose point has an even y, and that point's x.
func even(seed string) (*secp256k1.ModNScalar, []byte) {
	sum := sha256.Sum256([]byte(seed))
	key := secp256k1.PrivKeyFromBytes(sum[:])
	point := key.PubKey().SerializeCompressed()
	if point[0] == 3 {
		key.Key.Negate()
	}
	return &key.Key, point[1:]
}

// sign is s = k + e·x.
func sign(t *testing.T, key, nonce string, height uint64, appHash []byte) Signed {
	t.Helper()
	x, pk := even(key)
	k, r := even(nonce)
	e, _, err := scalars(context, height, pk, r, Signed{AppHash: appHash, Sig: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	s := new(secp256k1.ModNScalar).Mul2(e, x).Add(k).Bytes()
	return Signed{AppHash: appHash, Sig: s[:]}
}

func TestTwoVotesGiveTheKeyAway(t *testing.T) {
	for _, key := range []string{"a", "b", "c", "d"} {
		x, pk := even(key)
		_, r := even("nonce")
		one := sign(t, key, "nonce", 7, bytes.Repeat([]byte{1}, 32))
		two := sign(t, key, "nonce", 7, bytes.Repeat([]byte{2}, 32))
		want := x.Bytes()
		got, err := Extract(context, 7, pk, r, one, two)
		if err != nil || !bytes.Equal(got, want[:]) {
			t.Fatalf("%s: got %x, %v", key, got, err)
		}
		if _, err := Extract(context, 8, pk, r, one, two); err == nil {
			t.Fatal("a key was extracted at another height")
		}
		if _, err := Extract("other", 7, pk, r, one, two); err == nil {
			t.Fatal("a key was extracted under another context")
		}
		if _, err := Extract(context, 7, pk, r, one, one); err == nil {
			t.Fatal("a key was extracted from one vote")
		}
		_, other := even("somebody")
		if _, err := Extract(context, 7, other, r, one, two); err == nil {
			t.Fatal("somebody else was framed")
		}
	}
}

func TestNonsenseIsRefused(t *testing.T) {
	_, pk := even("a")
	_, r := even("nonce")
	one := sign(t, "a", "nonce", 7, bytes.Repeat([]byte{1}, 32))
	order, _ := hex.DecodeString("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")
	for name, two := range map[string]Signed{
		"no signature":    {AppHash: bytes.Repeat([]byte{2}, 32)},
		"short hash":      {AppHash: []byte{2}, Sig: one.Sig},
		"the group order": {AppHash: bytes.Repeat([]byte{2}, 32), Sig: order},
		"same signature":  {AppHash: bytes.Repeat([]byte{2}, 32), Sig: one.Sig},
	} {
		if _, err := Extract(context, 7, pk, r, one, two); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	if _, err := Extract(context, 7, pk[1:], r, one, one); err == nil {
		t.Error("a short key was accepted")
	}
}
