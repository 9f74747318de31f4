mod model;

pub use model::block_hash;
#[allow(unused_imports)]
pub(crate) use model::{Change, Model};

/// `MockBsn` on one version of cw-multi-test.
#[allow(unused_macros)]
macro_rules! mock_bsn {
    ($std:ident, $multi_test:ident, $error:path) => {
        use bsn_client::raw;
        use serde::{Deserialize, Serialize};
        use $multi_test::{App, AppResponse, ContractWrapper, Executor};
        use $std::{
            from_json, to_json_binary, to_json_vec, Addr, Binary, Deps, DepsMut, Empty, Env, Event,
            MessageInfo, Response, StdResult, Storage,
        };

        use crate::mock::{Change, Model};

        const MODEL: &[u8] = b"model";

        #[derive(Debug, Clone, Copy, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum QueryMsg {
            FinalityStatus { height: u64 },
            LastFinalBlock {},
            LastFinalizedHeight {},
        }

        /// A contract that answers as `bsn` does, smart and raw, about a chain to which happens what you say.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct MockBsn {
            /// Its address.
            pub addr: Addr,
        }

        impl MockBsn {
            /// Makes one; finality begins at the app's present block.
            pub fn new(app: &mut App) -> Self {
                let code = app.store_code(Box::new(ContractWrapper::new(execute, instantiate, query)));
                let owner = Addr::unchecked("bsn-testing");
                let made = app.instantiate_contract(code, owner, &Empty {}, &[], "bsn", None);
                Self { addr: made.expect("the mock is instantiated") }
            }

            /// The block at `height` becomes final by a quorum at the next height that has its hooks, and so does every
            /// block below it that is still pending. The chain goes on so far, if it is not there yet.
            pub fn finalize(&self, app: &mut App, height: u64) {
                self.change(app, Change::Finalize { height });
            }

            /// The chain goes on to `height`, and nobody votes: new blocks stay pending.
            pub fn stall(&self, app: &mut App, height: u64) {
                self.change(app, Change::Stall { height });
            }

            /// The chain loses its hooks at `height`: nothing is voted on there.
            ///
            /// # Panics
            /// The height has its quorum already.
            pub fn hole(&self, app: &mut App, height: u64) {
                self.change(app, Change::Hole { height });
            }

            /// Governance lets finality go on: every height without quorum up to `through` is resumed. Blocks at and
            /// below the last of them that have no quorum of a later height never become final.
            ///
            /// # Panics
            /// Finality has passed the height already.
            pub fn resume(&self, app: &mut App, through: u64) {
                self.change(app, Change::Resume { through });
            }

            /// The contract forgets what is below a height, as `bsn` does after a week.
            pub fn forget(&self, app: &mut App, below: u64) {
                self.change(app, Change::Forget { below });
            }

            /// The contract was upgraded from before 0.3.0 far above `height`: blocks up to there stay final, and it does not
            /// name by what.
            pub fn upgrade(&self, app: &mut App, height: u64) {
                self.change(app, Change::Upgrade { height });
            }

            /// A finality provider is slashed: its power is gone from every total. The event is as `bsn` emits it.
            pub fn slash(&self, app: &mut App, fp_pubkey_hex: &str, power: u128) -> AppResponse {
                let power = bsn_client::Amount(power);
                self.change(app, Change::Slash { fp_pubkey_hex: fp_pubkey_hex.to_owned(), power })
            }

            fn change(&self, app: &mut App, change: Change) -> AppResponse {
                let owner = Addr::unchecked("bsn-testing");
                let changed = app.execute_contract(owner, self.addr.clone(), &change, &[]);
                let changed = changed.unwrap_or_else(|error| panic!("{error:?}"));
                let tip = app.wrap().query_wasm_raw(&self.addr, MODEL).ok().flatten();
                let tip = tip.and_then(|model| from_json::<Model>(model).ok()).map_or(0, |model| model.tip());
                app.update_block(|block| {
                    let blocks = tip.saturating_sub(block.height);
                    block.height += blocks;
                    block.time = block.time.plus_seconds(5 * blocks);
                });
                changed
            }
        }

        fn load(storage: &dyn Storage) -> StdResult<Model> {
            from_json(storage.get(MODEL).unwrap_or_default())
        }

        fn save(storage: &mut dyn Storage, model: &Model) -> StdResult<()> {
            storage.set(MODEL, &to_json_vec(model)?);
            storage.set(raw::FINALITY_KEY, &model.record());
            Ok(())
        }

        fn instantiate(deps: DepsMut<'_>, env: Env, _: MessageInfo, _: Empty) -> StdResult<Response> {
            save(deps.storage, &Model::new(env.block.height))?;
            Ok(Response::new())
        }

        fn execute(deps: DepsMut<'_>, _: Env, _: MessageInfo, change: Change) -> StdResult<Response> {
            let before = load(deps.storage)?;
            let mut after = before.clone();
            after.change(&change).map_err($error)?;
            for height in (before.tip() + 1..=after.tip()).filter(|height| after.is_anchored(*height)) {
                deps.storage.set(&raw::anchor_key(height), &Model::anchor(height));
            }
            match change {
                Change::Forget { below } => {
                    (0..below).for_each(|height| deps.storage.remove(&raw::anchor_key(height)));
                }
                Change::Hole { height } => deps.storage.remove(&raw::anchor_key(height)),
                _ => {}
            }
            save(deps.storage, &after)?;
            Ok(match change {
                Change::Slash { fp_pubkey_hex, .. } => Response::new().add_event(
                    Event::new("slashed_finality_provider")
                        .add_attribute("module", "finality")
                        .add_attribute("finality_provider", fp_pubkey_hex),
                ),
                _ => Response::new(),
            })
        }

        fn query(deps: Deps<'_>, _: Env, msg: QueryMsg) -> StdResult<Binary> {
            let model = load(deps.storage)?;
            match msg {
                QueryMsg::FinalityStatus { height } => to_json_binary(&model.status(height)),
                QueryMsg::LastFinalBlock {} => to_json_binary(&model.last_final_block()),
                QueryMsg::LastFinalizedHeight {} => to_json_binary(&model.last_quorum()),
            }
        }
    };
}
#[allow(unused_imports)]
pub(crate) use mock_bsn;
