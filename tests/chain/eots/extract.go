// Package eots takes the secret key out of two extractable one-time signatures. Written from the scheme's description
// (PROTOCOL.md, "Signed bytes"), apart from the Rust package, so that each is a check on the other.
package eots

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/decred/dcrd/dcrec/secp256k1/v4"
)

// Signed is one of the two votes: what was signed beside the context and the height, and the signature.
type Signed struct {
	AppHash []byte
	// Sig is the scalar s, 32 bytes, big endian.
	Sig []byte
}

// Extract gives the secret key, 32 bytes, of x-only public key pk, which has signed two app hashes at one height under
// one context with one public randomness: x = (s1 - s2) / (e1 - e2) mod n.
func Extract(context string, height uint64, pk, pubRand []byte, a, b Signed) ([]byte, error) {
	if len(pk) != 32 || len(pubRand) != 32 {
		return nil, fmt.Errorf("key and randomness must be 32 bytes, got %d and %d", len(pk), len(pubRand))
	}
	e1, s1, err := scalars(context, height, pk, pubRand, a)
	if err != nil {
		return nil, err
	}
	e2, s2, err := scalars(context, height, pk, pubRand, b)
	if err != nil {
		return nil, err
	}
	e := e2.Negate().Add(e1)
	if e.IsZero() {
		return nil, errors.New("both signatures are on one app hash")
	}
	x := s2.Negate().Add(s1).Mul(e.InverseNonConst())
	if x.IsZero() {
		return nil, errors.New("the signatures are equal")
	}
	key := secp256k1.NewPrivateKey(x)
	// BIP-340: the key with an even y signs
	if got := key.PubKey().SerializeCompressed()[1:]; string(got) != string(pk) {
		return nil, errors.New("the extracted key is not the accused's")
	}
	return key.Serialize(), nil
}

// scalars gives the challenge e and the signature s.
func scalars(context string, height uint64, pk, pubRand []byte, v Signed) (e, s *secp256k1.ModNScalar, err error) {
	if len(v.AppHash) != 32 || len(v.Sig) != 32 {
		return nil, nil, fmt.Errorf("app hash and signature must be 32 bytes, got %d and %d", len(v.AppHash), len(v.Sig))
	}
	msg := binary.BigEndian.AppendUint64([]byte(context), height)
	msg = append(msg, v.AppHash...)
	hash := sha256.Sum256(msg)
	tag := sha256.Sum256([]byte("BIP0340/challenge"))
	h := sha256.New()
	for _, part := range [][]byte{tag[:], tag[:], pubRand, pk, hash[:]} {
		h.Write(part)
	}
	e, s = new(secp256k1.ModNScalar), new(secp256k1.ModNScalar)
	e.SetByteSlice(h.Sum(nil))
	if s.SetByteSlice(v.Sig) {
		return nil, nil, errors.New("signature is not below the group order")
	}
	return e, s, nil
}
