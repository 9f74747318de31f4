// The command line of a chain. Adapted from wasmd v0.61.14, cmd/wasmd/root.go and commands.go. Changed: two roles, no tx,
// query and tooling commands, a wrapped app. wasmd's notice:
//
// Copyright (c) 2021-2025 Confio GmbH
//
// Licensed under the Apache License, Version 2.0 (the "License");
// you may not use this file except in compliance with the License.
// You may obtain a copy of the License at
//
//     http://www.apache.org/licenses/LICENSE-2.0
//
// Unless required by applicable law or agreed to in writing, software
// distributed under the License is distributed on an "AS IS" BASIS,
// WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
// See the License for the specific language governing permissions and
// limitations under the License.

package main

import (
	"errors"
	"io"
	"os"

	cmtcfg "github.com/cometbft/cometbft/config"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/spf13/cobra"

	"cosmossdk.io/log"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/config"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/client/keys"
	"github.com/cosmos/cosmos-sdk/server"
	serverconfig "github.com/cosmos/cosmos-sdk/server/config"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	genutilcli "github.com/cosmos/cosmos-sdk/x/genutil/client/cli"

	"github.com/CosmWasm/wasmd/x/wasm"
	wasmtypes "github.com/CosmWasm/wasmd/x/wasm/types"
)

// newRootCmd creates the command line of a chain in this role.
func newRootCmd(r role) *cobra.Command {
	home, err := os.MkdirTemp("", "bsn-chain")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(home)
	// an app that never runs, for its codecs and its genesis
	temp := newApp(r, log.NewNopLogger(), dbm.NewMemDB(), nil, false, simtestutil.NewAppOptionsWithFlagHome(home))
	ctx := client.Context{}.
		WithCodec(temp.AppCodec()).
		WithInterfaceRegistry(temp.InterfaceRegistry()).
		WithTxConfig(temp.TxConfig()).
		WithLegacyAmino(temp.LegacyAmino()).
		WithInput(os.Stdin).
		WithAccountRetriever(authtypes.AccountRetriever{}).
		WithHomeDir(defaultHome(r)).
		WithViper("")

	root := &cobra.Command{
		Use:           "chain " + string(r),
		Short:         "A wasmd chain in the role of " + string(r),
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			ctx, err := client.ReadPersistentCommandFlags(ctx.WithCmdContext(cmd.Context()), cmd.Flags())
			if err != nil {
				return err
			}
			if ctx, err = config.ReadFromClientConfig(ctx); err != nil {
				return err
			}
			if err := client.SetCmdClientContextHandler(ctx, cmd); err != nil {
				return err
			}
			template, cfg := appConfig()
			return server.InterceptConfigsPreRunHandler(cmd, template, cfg, cmtcfg.DefaultConfig())
		},
	}
	root.AddCommand(
		genutilcli.InitCmd(temp.BasicModuleManager, defaultHome(r)),
		genutilcli.Commands(temp.TxConfig(), temp.BasicModuleManager, defaultHome(r)),
		keys.Commands(),
	)
	start := func(logger log.Logger, db dbm.DB, trace io.Writer, opts servertypes.AppOptions) servertypes.Application {
		return newApp(r, logger, db, trace, true, opts, server.DefaultBaseappOptions(opts)...)
	}
	export := func(
		logger log.Logger, db dbm.DB, trace io.Writer, height int64, zeroHeight bool,
		jailAllowed []string, opts servertypes.AppOptions, modules []string,
	) (servertypes.ExportedApp, error) {
		if home, ok := opts.Get(flags.FlagHome).(string); !ok || home == "" {
			return servertypes.ExportedApp{}, errors.New("application home is not set")
		}
		a := newApp(r, logger, db, trace, height == -1, opts)
		if height != -1 {
			if err := a.LoadHeight(height); err != nil {
				return servertypes.ExportedApp{}, err
			}
		}
		return a.ExportAppStateAndValidators(zeroHeight, jailAllowed, modules)
	}
	server.AddCommands(root, defaultHome(r), start, export, startFlags)
	return root
}

func startFlags(cmd *cobra.Command) {
	wasm.AddModuleInitFlags(cmd)
	cmd.Flags().Bool(flagTornHooks, false, "keep what a failed hook had written, as older chain modules do")
}

func appConfig() (string, any) {
	cfg := serverconfig.DefaultConfig()
	cfg.MinGasPrices = "0stake"
	return serverconfig.DefaultConfigTemplate + wasmtypes.DefaultConfigTemplate(), struct {
		serverconfig.Config
		Wasm wasmtypes.NodeConfig `mapstructure:"wasm"`
	}{Config: *cfg, Wasm: wasmtypes.DefaultNodeConfig()}
}
