//! One module for each protobuf package.

pub mod btccheckpoint;
pub mod btclightclient;
pub mod btcstaking;
pub mod checkpointing;
pub mod cosmos;
pub mod epoching;
pub mod finality;
pub mod google;
pub mod tendermint;
pub mod zoneconcierge;
