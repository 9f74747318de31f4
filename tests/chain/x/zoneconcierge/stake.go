package zoneconcierge

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"bsn.local/chain/x/zoneconcierge/types"
)

// learn remembers what a packet says of finality providers, their stake and Bitcoin: what Babylon would know itself.
func (k Keeper) learn(ctx context.Context, packet *types.OutboundPacket) error {
	staking := packet.GetBtcStaking()
	kv := k.store.OpenKVStore(ctx)
	for _, fp := range staking.GetNewFp() {
		if err := kv.Set([]byte(prefixProvider+fp.BtcPkHex), []byte(fp.BsnId)); err != nil {
			return err
		}
	}
	for _, del := range staking.GetActiveDel() {
		id, err := txid(del.StakingTx)
		if err != nil {
			return err
		}
		end := binary.BigEndian.AppendUint32(nil, del.EndHeight-min(del.UnbondingTime, del.EndHeight))
		for _, fp := range del.FpBtcPkList {
			if err := kv.Set([]byte(prefixStake+fp+"/"+id), end); err != nil {
				return err
			}
		}
	}
	for _, del := range staking.GetUnbondedDel() {
		if err := kv.Set([]byte(prefixUnbonded+del.StakingTxHash), []byte{1}); err != nil {
			return err
		}
	}
	headers := append(packet.GetBtcHeaders().GetHeaders(), packet.GetBtcTimestamp().GetBtcHeaders().GetHeaders()...)
	tip, err := k.bitcoin(ctx)
	if err != nil {
		return err
	}
	for _, header := range headers {
		tip = max(tip, header.Height)
	}
	return kv.Set([]byte(keyTip), binary.BigEndian.AppendUint32(nil, tip))
}

// bitcoin is the highest height of Bitcoin that a packet spoke of.
func (k Keeper) bitcoin(ctx context.Context) (uint32, error) {
	raw, err := k.store.OpenKVStore(ctx).Get([]byte(keyTip))
	if err != nil || raw == nil {
		return 0, err
	}
	return binary.BigEndian.Uint32(raw), nil
}

// hasStake says whether a finality provider has a delegation that was not unbonded and whose time is not over, and was not
// slashed.
func (k Keeper) hasStake(ctx context.Context, fp string) (bool, error) {
	kv := k.store.OpenKVStore(ctx)
	if slashed, err := kv.Has([]byte(prefixSlashed + fp)); err != nil || slashed {
		return false, err
	}
	tip, err := k.bitcoin(ctx)
	if err != nil {
		return false, err
	}
	prefix := prefixStake + fp + "/"
	it, err := kv.Iterator([]byte(prefix), []byte(prefix+"\xff"))
	if err != nil {
		return false, err
	}
	defer it.Close()
	for ; it.Valid(); it.Next() {
		unbonded, err := kv.Has([]byte(prefixUnbonded + string(it.Key()[len(prefix):])))
		if err != nil {
			return false, err
		}
		if !unbonded && tip < binary.BigEndian.Uint32(it.Value()) {
			return true, nil
		}
	}
	return false, nil
}

// txid is the id of a transaction in display order: the double hash of it without witnesses.
func txid(tx []byte) (string, error) {
	stripped, err := strip(tx)
	if err != nil {
		return "", err
	}
	once := sha256.Sum256(stripped)
	twice := sha256.Sum256(once[:])
	slices.Reverse(twice[:])
	return hex.EncodeToString(twice[:]), nil
}

// strip takes the witnesses out of a transaction.
func strip(tx []byte) ([]byte, error) {
	if len(tx) < 10 {
		return nil, errors.New("a transaction of less than ten bytes")
	}
	if tx[4] != 0 {
		return tx, nil
	}
	r := reader{rest: tx[6:]}
	for n := r.number(); n > 0 && !r.short; n-- { // inputs: the output that is spent, script, sequence
		r.take(36)
		r.take(r.number())
		r.take(4)
	}
	for n := r.number(); n > 0 && !r.short; n-- { // outputs: amount, script
		r.take(8)
		r.take(r.number())
	}
	if r.short || len(r.rest) < 4 {
		return nil, fmt.Errorf("a transaction of %d bytes ends early", len(tx))
	}
	body := tx[6 : len(tx)-len(r.rest)]
	return slices.Concat(tx[:4], body, tx[len(tx)-4:]), nil
}

// reader takes bytes off the front; where there are too few it stops giving any.
type reader struct {
	rest  []byte
	short bool
}

func (r *reader) take(n uint64) []byte {
	if uint64(len(r.rest)) < n {
		r.rest, r.short = nil, true
		return make([]byte, min(n, 8))
	}
	taken := r.rest[:n]
	r.rest = r.rest[n:]
	return taken
}

// number is Bitcoin's CompactSize.
func (r *reader) number() uint64 {
	if r.short {
		return 0
	}
	switch first := r.take(1)[0]; first {
	case 0xfd:
		return uint64(binary.LittleEndian.Uint16(r.take(2)))
	case 0xfe:
		return uint64(binary.LittleEndian.Uint32(r.take(4)))
	case 0xff:
		return binary.LittleEndian.Uint64(r.take(8))
	default:
		return uint64(first)
	}
}
