package zoneconcierge

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	channeltypes "github.com/cosmos/ibc-go/v10/modules/core/04-channel/types"
	porttypes "github.com/cosmos/ibc-go/v10/modules/core/05-port/types"
	"github.com/cosmos/ibc-go/v10/modules/core/exported"
)

// Rewards is the application of transfers on Babylon: it refuses a whole transfer where its memo shares it out among
// finality providers of whom one cannot be paid (PROTOCOL.md, "Rewards"). The sender then gets it back.
type Rewards struct {
	porttypes.IBCModule
	k Keeper
}

// NewRewards makes it around the transfer application.
func NewRewards(k Keeper, transfer porttypes.IBCModule) Rewards { return Rewards{transfer, k} }

// OnRecvPacket judges the memo before the coins move; Babylon does it after, and undoes that.
func (m Rewards) OnRecvPacket(ctx sdk.Context, version string, p channeltypes.Packet, relayer sdk.AccAddress) exported.Acknowledgement {
	if err := m.k.judge(ctx, p); err != nil {
		ctx.Logger().Error("rewards refused", "channel", p.DestinationChannel, "sequence", p.Sequence, "err", err)
		return channeltypes.NewErrorAcknowledgement(err)
	}
	return m.IBCModule.OnRecvPacket(ctx, version, p, relayer)
}

type memo struct {
	Action   string `json:"action"`
	Callback *struct {
		Address string `json:"address"`
		Rewards *struct {
			ConsumerID string  `json:"bsn_consumer_id"`
			Ratios     []ratio `json:"fp_ratios"`
		} `json:"add_bsn_rewards"`
	} `json:"dest_callback"`
}

type ratio struct {
	BtcPk string `json:"btc_pk"`
	Ratio string `json:"ratio"`
}

// judge refuses rewards of which not everybody that the memo names can be paid. A memo without a callback is a remark.
func (k Keeper) judge(ctx sdk.Context, p channeltypes.Packet) error {
	var transfer struct {
		Memo string `json:"memo"`
	}
	var m memo
	if json.Unmarshal(p.Data, &transfer) != nil || json.Unmarshal([]byte(transfer.Memo), &m) != nil || m.Callback == nil {
		return nil
	}
	if m.Action != "add_bsn_rewards" || m.Callback.Address == "" || m.Callback.Rewards == nil {
		return errors.New("the memo asks for no callback that is known")
	}
	end, ok := k.channels.GetChannel(ctx, p.DestinationPort, p.DestinationChannel)
	if !ok {
		return fmt.Errorf("unknown channel %s", p.DestinationChannel)
	}
	consumer, err := k.clientOf(ctx, end.ConnectionHops)
	if err != nil {
		return err
	}
	if id := m.Callback.Rewards.ConsumerID; id != "" && id != consumer {
		return fmt.Errorf("the memo is of consumer %s, the channel of %s", id, consumer)
	}
	sum := sdkmath.LegacyZeroDec()
	for _, one := range m.Callback.Rewards.Ratios {
		part, err := sdkmath.LegacyNewDecFromStr(one.Ratio)
		if err != nil || !part.IsPositive() {
			return fmt.Errorf("ratio %q is no share", one.Ratio)
		}
		sum = sum.Add(part)
		if err := k.judgeProvider(ctx, consumer, one.BtcPk); err != nil {
			return err
		}
	}
	if sum.IsZero() || sum.GT(sdkmath.LegacyOneDec()) {
		return fmt.Errorf("the ratios are %s together", sum)
	}
	return nil
}

func (k Keeper) judgeProvider(ctx sdk.Context, consumer, fp string) error {
	home, err := k.store.OpenKVStore(ctx).Get([]byte(prefixProvider + fp))
	if err != nil {
		return err
	}
	if home == nil {
		return fmt.Errorf("unknown finality provider %s", fp)
	}
	if !strings.EqualFold(string(home), consumer) {
		return fmt.Errorf("finality provider %s belongs to %s, not to %s", fp, home, consumer)
	}
	active, err := k.hasStake(ctx, fp)
	if err == nil && !active {
		return fmt.Errorf("finality provider %s doesn't have active voting power", fp)
	}
	return err
}
