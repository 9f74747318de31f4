use cosmwasm_std::testing::{MockStorage, mock_env};
use finality::Evidence;
use finality::evidence::SignedHash;
use primitives::AppHash;

use super::*;
use crate::ibc::tests::{config, open_channel};
use crate::state::{Channels, Counters, Equivocation, Progress};

const PROVIDER: [u8; 32] = [5; 32];

fn world(open: bool) -> (MockStorage, Env) {
    let (mut storage, env) = (MockStorage::new(), mock_env());
    CONFIG.save(&mut storage, &config()).unwrap();
    Progress::default().save(&mut storage).unwrap();
    COUNTERS.save(&mut storage, &Counters { providers: 8, ..Counters::default() }).unwrap();
    let channels = Channels { open: open.then(open_channel), ..Channels::default() };
    CHANNELS.save(&mut storage, &channels).unwrap();
    FP_KEYS.save(&mut storage, &7_u32.to_be_bytes(), &PROVIDER).unwrap();
    let vote = |n| SignedHash { app_hash: AppHash::from_bytes([n; 32]), signature: [n; 32] };
    let evidence = Evidence {
        provider: FpPublicKey::from_bytes(PROVIDER),
        height: BlockHeight::new(9),
        randomness: [3; 32],
        first: vote(1),
        second: vote(2),
    };
    let equivocation = Equivocation { evidence, secret_key: [0; 32] };
    EVIDENCE.save(&mut storage, &key_height_key(&PROVIDER, BlockHeight::new(9)), &equivocation).unwrap();
    enqueue(&mut storage, FpId::new(7), BlockHeight::new(9), BlockHeight::new(1)).unwrap();
    (storage, env)
}

fn item(storage: &MockStorage) -> Outgoing {
    OUTBOX.may_load(storage, &7_u32.to_be_bytes()).unwrap().unwrap()
}

fn outgoing(storage: &MockStorage) -> u32 {
    Progress::load(storage).unwrap().channel.outgoing
}

#[test]
fn only_the_arrows_of_the_diagram_exist() {
    use OutboxEvent::*;
    let states =
        [OutgoingState::Waiting, OutgoingState::InFlight, OutgoingState::Done, OutgoingState::Refused];
    let arrows = [
        (OutgoingState::Waiting, Sent, OutgoingState::InFlight),
        (OutgoingState::InFlight, NotSent, OutgoingState::Waiting),
        (OutgoingState::InFlight, Accepted, OutgoingState::Done),
        (OutgoingState::InFlight, OutboxEvent::Refused, OutgoingState::Waiting),
        (OutgoingState::InFlight, Lost, OutgoingState::Waiting),
        (OutgoingState::Refused, Retried, OutgoingState::Waiting),
        (OutgoingState::Waiting, Retried, OutgoingState::Waiting),
    ];
    for state in states {
        for event in [Sent, NotSent, Accepted, OutboxEvent::Refused, Lost, Retried] {
            let before = Outgoing {
                height: BlockHeight::new(1),
                state,
                tries: 0,
                not_before: BlockHeight::new(0),
                channel_id: None,
            };
            let expected =
                arrows.iter().find(|arrow| arrow.0 == state && arrow.1 == event).map(|arrow| arrow.2);
            assert_eq!(
                after(&before, event, BlockHeight::new(5)).map(|item| item.state),
                expected,
                "{state:?} {event:?}"
            );
        }
    }
}

#[test]
fn the_third_refusal_is_final_until_somebody_retries() {
    let (mut storage, mut env) = world(true);
    for pause in PAUSES {
        assert_eq!(send_due(&mut storage, &env, 5).unwrap().len(), 1);
        happened(&mut storage, &env, FpId::new(7), OutboxEvent::Refused).unwrap().unwrap();
        assert_eq!(item(&storage).state, OutgoingState::Waiting);
        assert!(send_due(&mut storage, &env, 5).unwrap().is_empty(), "not before the pause is over");
        env.block.height += pause;
    }
    assert_eq!(send_due(&mut storage, &env, 5).unwrap().len(), 1);
    happened(&mut storage, &env, FpId::new(7), OutboxEvent::Refused).unwrap().unwrap();
    assert_eq!((item(&storage).state, outgoing(&storage)), (OutgoingState::Refused, 0));

    assert!(retry(&mut storage, &env, FpId::new(7)).unwrap().is_some());
    assert_eq!((item(&storage).state, item(&storage).tries), (OutgoingState::InFlight, 0));
    assert_eq!(outgoing(&storage), 1);
    assert!(retry(&mut storage, &env, FpId::new(7)).unwrap().is_none(), "it is on its way");
}

#[test]
fn evidence_waits_for_a_channel_and_goes_out_once() {
    let (mut storage, env) = world(false);
    assert!(send_due(&mut storage, &env, 5).unwrap().is_empty());
    let channels = Channels { open: Some(open_channel()), ..Channels::default() };
    CHANNELS.save(&mut storage, &channels).unwrap();

    let sent = send_due(&mut storage, &env, 5).unwrap();
    let [message] = sent.as_slice() else { panic!("one message") };
    assert_eq!((message.id, message.payload.as_slice()), (OUTBOX_REPLY, &7_u32.to_be_bytes()[..]));
    let cosmwasm_std::CosmosMsg::Ibc(IbcMsg::SendPacket { data, timeout, .. }) = &message.msg else {
        panic!("a packet")
    };
    assert_eq!(timeout.timestamp(), Some(env.block.time.plus_days(28)));
    let packet = proto::zoneconcierge::InboundPacket::decode(data.as_slice()).unwrap();
    let proto::zoneconcierge::inbound_packet::Packet::BsnSlashing(slashing) = packet.packet.unwrap();
    let evidence = slashing.evidence.unwrap();
    assert_eq!((evidence.fp_btc_pk.as_slice(), evidence.block_height), (&PROVIDER[..], 9));
    assert_eq!((evidence.canonical_app_hash[0], evidence.fork_app_hash[0]), (1, 2));
    assert_eq!(evidence.signing_context.len(), 64);

    assert!(send_due(&mut storage, &env, 5).unwrap().is_empty(), "it is in flight");
    enqueue(&mut storage, FpId::new(7), BlockHeight::new(10), BlockHeight::new(2)).unwrap();
    assert_eq!((outgoing(&storage), item(&storage).height), (1, BlockHeight::new(9)), "one an FP");
}

#[test]
fn what_the_chain_did_not_take_is_sent_again_later() {
    let (mut storage, mut env) = world(true);
    assert_eq!(send_due(&mut storage, &env, 5).unwrap().len(), 1);
    sent_failed(&mut storage, &env, FpId::new(7)).unwrap().unwrap();
    assert!(send_due(&mut storage, &env, 5).unwrap().is_empty());
    env.block.height += RESEND_PAUSE;
    assert_eq!(send_due(&mut storage, &env, 5).unwrap().len(), 1);
    assert_eq!(item(&storage).tries, 0, "Babylon has not refused it");
}

#[test]
fn every_provider_gets_its_turn() {
    for providers in [0_u32, 1, 50, 51, 499] {
        let windows = u64::from(providers.max(1).div_ceil(WINDOW));
        for id in 0..providers {
            assert!((0..windows).any(|height| {
                let [first, last] = window(providers, height);
                (first..=last).contains(&id)
            }));
        }
    }
}
