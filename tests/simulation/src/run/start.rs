use std::collections::BTreeMap;

use devnet::network::{Network, Setup};
use devnet::{Chain, Machine};

use super::verified::{VERIFICATION, stakes};
use super::{Market, Operator, Run, Weather};
use crate::dice::Dice;
use crate::model::Model;
use crate::plan::{Broken, CONFIRMATIONS, MIN_ACTIVE_PERCENT, Plan};
use crate::report::Report;

impl Run {
    /// Starts a network of the plan: contracts, channels, finality providers with stake and randomness that counts.
    ///
    /// # Errors
    /// [`Broken`].
    pub fn start(plan: Plan, machine: &Machine) -> Result<Self, Broken> {
        let early = |error: devnet::network::NetworkError| Broken { height: 0, what: error.to_string() };
        let mut setup = Setup::new(plan.seed, &[]).with(plan.instantiate());
        if plan.verified {
            setup = setup.verified_by(VERIFICATION);
        }
        let net = Network::deploy_machine(machine, &setup).map_err(early)?;
        let mut run = Self {
            plan,
            dice: Dice::new(plan.seed),
            model: Model {
                seats: plan.seats(),
                floor_percent: MIN_ACTIVE_PERCENT.into(),
                stakes: plan.verified.then(|| stakes(CONFIRMATIONS)),
                ..Model::default()
            },
            report: Report::default(),
            weather: Weather::default(),
            operators: Vec::new(),
            keys: Vec::new(),
            coins: Vec::new(),
            clients: vec![net.link.app.client.clone()],
            index: BTreeMap::new(),
            market: Market::default(),
            delegations: Vec::new(),
            passed_at: BTreeMap::new(),
            finalized: 0,
            ended_well: true,
            fees: 0,
            delegated: 0,
            net,
        };
        let opened = run.opened();
        run.done(opened)?;
        run.net.chain.next_block();
        if plan.verified {
            // Parameters are in force from Bitcoin's first block on.
            run.net.miner.mine_blocks(3);
            run.see_bitcoin();
        }
        run.register_all()?;
        run.net.miner.mine_blocks(10);
        run.net.link.app.babylon.see_bitcoin(&run.net.miner);
        for _ in 0..4 {
            run.block(false)?;
        }
        run.settle_in()?;
        Ok(run)
    }

    fn opened(&mut self) -> Result<(), devnet::network::NetworkError> {
        self.net.open_channel()?;
        self.coins.push(self.net.open_transfer()?.local);
        Ok(())
    }

    /// Everybody registers on Babylon for this channel, with a stake each.
    pub(super) fn register_all(&mut self) -> Result<(), Broken> {
        for _ in 0..self.plan.fps {
            let sats = self.dice.between(1, 60);
            let index = self.net.add_fp(self.plan.seed, sats).map_err(|e| self.broken(e.to_string()))?;
            let next_vote = self.height();
            self.operators.push(Operator { next_vote, ..Operator::default() });
            let key = *self.net.fps[index].public_key().as_bytes();
            self.keys.push(key);
            self.index.insert(key, index);
        }
        Ok(())
    }

    /// Until somebody is in the set.
    fn settle_in(&mut self) -> Result<(), Broken> {
        for _ in 0..200 {
            self.block(false)?;
            if self.finalized > 0 {
                return Ok(());
            }
        }
        Err(self.broken("finality does not begin"))
    }

    /// The chain, to look at.
    pub fn chain(&self) -> &Chain {
        &self.net.chain
    }
}
