package zoneconcierge

import (
	"encoding/hex"
	"errors"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"bsn.local/chain/eots"
	"bsn.local/chain/x/zoneconcierge/types"
)

// slash judges evidence as Babylon does (PROTOCOL.md, "Slashing"), in its order: both signatures are there,
// they give away the secret key of the accused, who is known, belongs to the consumer that accuses, and was
// not slashed before.
func (k Keeper) slash(ctx sdk.Context, consumer string, ev *types.Evidence) ([]byte, error) {
	if ev == nil {
		return nil, errors.New("no evidence")
	}
	if len(ev.CanonicalFinalitySig) == 0 || len(ev.ForkFinalitySig) == 0 {
		return nil, errors.New("evidence with one signature is not slashable")
	}
	secret, err := eots.Extract(ev.SigningContext, ev.BlockHeight, ev.FpBtcPk, ev.PubRand,
		eots.Signed{AppHash: ev.CanonicalAppHash, Sig: ev.CanonicalFinalitySig},
		eots.Signed{AppHash: ev.ForkAppHash, Sig: ev.ForkFinalitySig})
	if err != nil {
		return nil, err
	}
	kv := k.store.OpenKVStore(ctx)
	fp := hex.EncodeToString(ev.FpBtcPk)
	home, err := kv.Get([]byte(prefixProvider + fp))
	if err != nil {
		return nil, err
	}
	if home == nil {
		return nil, fmt.Errorf("unknown finality provider %s", fp)
	}
	if string(home) != consumer {
		return nil, fmt.Errorf("finality provider %s belongs to %s, not to %s", fp, home, consumer)
	}
	slashed, err := kv.Has([]byte(prefixSlashed + fp))
	if err != nil {
		return nil, err
	}
	if slashed {
		return nil, fmt.Errorf("finality provider %s has been slashed already", fp)
	}
	return secret, kv.Set([]byte(prefixSlashed+fp), secret)
}
