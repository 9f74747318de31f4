//! The real `bsn` beside the contract: what one sends, the other takes, and replies come back.

use std::collections::BTreeMap;

use api::bsn::{ExecuteMsg, MigrateMsg, VerifiedStake};
use api::btc_staking::InstantiateMsg;
use cosmwasm_std::testing::{MockApi, MockQuerier, MockStorage, message_info, mock_env};
use cosmwasm_std::{
    Addr, Binary, ContractResult, CosmosMsg, Empty, Env, Event, Order, OwnedDeps, Reply, Response, Storage,
    SubMsg, SubMsgResponse, SubMsgResult, SystemResult, WasmMsg, WasmQuery, from_json, to_json_binary,
    to_json_vec,
};
use prost::Message;
use proto::btcstaking::{BtcStakingIbcPacket, NewFinalityProvider};
use proto::zoneconcierge::{OutboundPacket, outbound_packet::Packet};
use serde_json::{Value, json};

use super::maker::Maker;
use super::{K, W, World, answer};

/// The real `bsn`, with a storage of its own.
pub struct Bsn {
    pub deps: OwnedDeps<MockStorage, MockApi, MockQuerier<Empty>>,
    pub env: Env,
    verifier: Addr,
}

/// What a call of `bsn` came to, with the replies.
#[derive(Debug, Default)]
pub struct Called {
    pub events: Vec<Event>,
    pub attributes: Vec<(String, String)>,
}

impl Called {
    pub fn attribute(&self, key: &str) -> Option<&str> {
        self.attributes.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }
}

impl World {
    /// With the real `bsn`, which has made this contract in a migration and knows the maker's finality provider.
    pub fn paired(maker: &Maker) -> Self {
        let mut world = Self::unbound(maker);
        world.bind(maker);
        world
    }

    /// With the real `bsn`, which believes Babylon still.
    pub fn unbound(maker: &Maker) -> Self {
        let mut world = Self::new(1_000, vec![maker.wire()], &[]);
        let api = MockApi::default();
        let mut env = mock_env();
        env.contract.address = world.bsn.clone();
        let deps = OwnedDeps {
            storage: MockStorage::default(),
            api,
            querier: MockQuerier::default(),
            custom_query_type: core::marker::PhantomData,
        };
        let mut bsn = Bsn { deps, env, verifier: api.addr_make("btc-staking") };
        let msg = json!({
            "network": "regtest", "btc_confirmation_depth": K, "checkpoint_finalization_timeout": W,
            "btc_light_client": world.bitcoin.address, "admin": world.governance, "consumer_name": "a",
            "consumer_description": "b", "ics20_channel_id": "channel-0", "destination_module": "btcstaking",
            "reward_denoms": ["stake"], "connection_id": "connection-0",
        });
        let info = message_info(&world.governance, &[]);
        let msg = from_json(to_json_vec(&msg).unwrap()).unwrap();
        bsn::entry::instantiate(bsn.deps.as_mut(), bsn.env.clone(), info, msg).unwrap();
        world.real = Some(bsn);
        world.register(maker);
        world
    }

    /// The switch: `bsn` makes this contract, by a message that this one takes.
    pub fn bind(&mut self, maker: &Maker) {
        let settings = InstantiateMsg {
            challenge_delay: None,
            governance: Some(self.governance.to_string()),
            families: vec![super::FamilyParams {
                family: super::Family::Babylon,
                versions: vec![maker.wire()],
            }],
        };
        let settings = to_json_binary(&settings).unwrap();
        let verified = VerifiedStake { code_id: 7, settings: settings.clone() };
        let bsn = self.real.as_mut().unwrap();
        let migrated = MigrateMsg { verified_stake: Some(verified), grid: None };
        let response = bsn::entry::migrate(bsn.deps.as_mut(), bsn.env.clone(), migrated).unwrap();
        let [SubMsg { id, msg: CosmosMsg::Wasm(WasmMsg::Instantiate2 { msg, code_id: 7, .. }), .. }] =
            &response.messages[..]
        else {
            panic!("{response:?}")
        };
        assert_eq!(*msg, settings);
        let event = Event::new("instantiate").add_attribute("_contract_address", &bsn.verifier);
        #[allow(deprecated, reason = "chains fill it")]
        let result =
            SubMsgResult::Ok(SubMsgResponse { events: vec![event], data: None, msg_responses: vec![] });
        let reply = Reply { id: *id, payload: Binary::default(), gas_used: 0, result };
        bsn::entry::reply(bsn.deps.as_mut(), bsn.env.clone(), reply).unwrap();
    }

    /// Lets this contract read `bsn`'s delegations as they are now.
    pub fn show_ledger(&mut self) {
        let all = self.real.as_ref().unwrap().deps.storage.range(None, None, Order::Ascending);
        *self.ledger.borrow_mut() = all.filter(|(key, _)| matches!(key[0], b'D' | b'd')).collect();
    }

    fn register(&mut self, maker: &Maker) {
        let fp = NewFinalityProvider {
            btc_pk_hex: hex::encode(maker.fps()[0]),
            bsn_id: "07-tendermint-0".into(),
            ..Default::default()
        };
        self.packet(BtcStakingIbcPacket { new_fp: vec![fp], ..Default::default() });
        self.registered.borrow_mut().push(maker.fps()[0]);
    }

    /// A packet of Babylon, cut into the items that its bytes are.
    pub fn packet(&mut self, packet: BtcStakingIbcPacket) -> Called {
        let packet = OutboundPacket { packet: Some(Packet::BtcStaking(packet)) };
        let packet = Binary::from(packet.encode_to_vec());
        self.call(&self.governance.clone(), ExecuteMsg::Resync { packet }).unwrap()
    }

    /// A packet with this delegation.
    pub fn delegate(&mut self, item: &[u8]) -> Called {
        let item = Message::decode(item).unwrap();
        self.packet(BtcStakingIbcPacket { active_del: vec![item], ..Default::default() })
    }

    /// A message to `bsn`, with all that follows.
    pub fn call(&mut self, sender: &Addr, msg: ExecuteMsg) -> Result<Called, bsn::ContractError> {
        let bsn = self.real.as_mut().unwrap();
        let info = message_info(sender, &[]);
        let response = bsn::entry::execute(bsn.deps.as_mut(), bsn.env.clone(), info, msg)?;
        let mut called = Called::default();
        self.deliver_all(response, &mut called);
        Ok(called)
    }

    fn deliver_all(&mut self, response: Response, called: &mut Called) {
        called.events.extend(response.events);
        called.attributes.extend(response.attributes.into_iter().map(|at| (at.key, at.value)));
        for message in response.messages {
            let CosmosMsg::Wasm(WasmMsg::Execute { contract_addr, msg, .. }) = message.msg else {
                panic!("{message:?}")
            };
            assert_eq!(contract_addr, self.real.as_ref().unwrap().verifier.as_str());
            assert!(message.gas_limit.is_some());
            let result = match self.is_broken {
                true => SubMsgResult::Err("out of gas".into()),
                false => {
                    let response = self.send(&self.bsn.clone(), from_json(msg).unwrap()).unwrap();
                    SubMsgResult::Ok(answer(response.data.unwrap().to_vec()))
                }
            };
            let reply = Reply { id: message.id, payload: message.payload, gas_used: 0, result };
            let bsn = self.real.as_mut().unwrap();
            let response = bsn::entry::reply(bsn.deps.as_mut(), bsn.env.clone(), reply).unwrap();
            self.deliver_all(response, called);
        }
    }

    /// What `bsn` answers, while this contract answers it.
    pub fn ask(&mut self, question: Value) -> Result<Value, bsn::ContractError> {
        let (light_client, here) =
            (self.bitcoin.clone(), self.deps.storage.inner.range(None, None, Order::Ascending));
        let here: BTreeMap<_, _> = here.collect();
        let bsn = self.real.as_mut().unwrap();
        let verifier = bsn.verifier.to_string();
        bsn.deps.querier.update_wasm(move |query| {
            let WasmQuery::Raw { contract_addr, key } = query else { panic!("{query:?}") };
            let found = match *contract_addr == verifier {
                true => here.get(&key[..]).cloned(),
                false => light_client.raw(key),
            };
            SystemResult::Ok(ContractResult::Ok(found.unwrap_or_default().into()))
        });
        let question = from_json(to_json_vec(&question).unwrap()).unwrap();
        let answer = bsn::entry::query(bsn.deps.as_ref(), bsn.env.clone(), question)?;
        Ok(from_json(answer).unwrap())
    }

    /// The stake of the maker's finality provider, as `bsn` counts it.
    pub fn power(&mut self, maker: &Maker) -> u64 {
        let fp = hex::encode(maker.fps()[0]);
        let info = self.ask(json!({"finality_provider_info": {"btc_pk_hex": fp}})).unwrap();
        info["total_active_sats"].as_u64().unwrap()
    }

    /// The reasons in `bsn`'s quarantine.
    pub fn quarantine(&mut self) -> Vec<String> {
        let page = self.ask(json!({"quarantined": {}})).unwrap();
        let items = page["items"].as_array().unwrap();
        items.iter().map(|item| item["reason"].as_str().unwrap().to_owned()).collect()
    }
}

impl Bsn {
    /// What this contract tells it.
    pub fn told(&mut self, msg: &[u8]) -> SubMsgResponse {
        let info = message_info(&self.verifier, &[]);
        let msg = from_json(msg).unwrap();
        let response = bsn::entry::execute(self.deps.as_mut(), self.env.clone(), info, msg).unwrap();
        assert_eq!(response.messages, []);
        answer(response.data.unwrap().to_vec())
    }
}
