/// `Bsn` on one version of cosmwasm-std.
#[allow(unused_macros)]
macro_rules! contract_helpers {
    ($std:ident) => {
        use $std::{
            from_json, to_json_vec, Addr, Binary, ContractResult, CustomQuery, QuerierWrapper, QueryRequest,
            SystemError, SystemResult, WasmQuery,
        };

        use crate::{raw, Error, FinalityStatus, LastFinalBlock, NotFinal, Query};

        /// The contract `bsn` of this chain, by its address.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Bsn(pub Addr);

        impl Bsn {
            /// Whether the block at `height` is final, and by what.
            ///
            /// # Errors
            /// There is no such contract, it refuses, or it does not answer as `bsn` does.
            pub fn status<C: CustomQuery>(
                &self,
                querier: &QuerierWrapper<'_, C>,
                height: u64,
            ) -> Result<FinalityStatus, Error> {
                let status: FinalityStatus = self.smart(querier, &Query::FinalityStatus { height })?;
                match status.contradiction(height) {
                    Some(reason) => Err(self.not_bsn(reason)),
                    None => Ok(status),
                }
            }

            /// Whether the block at `height` is final and no height directly below its certificate was skipped.
            ///
            /// # Errors
            /// As [`status`](Self::status).
            pub fn is_final<C: CustomQuery>(
                &self,
                querier: &QuerierWrapper<'_, C>,
                height: u64,
            ) -> Result<bool, Error> {
                Ok(self.status(querier, height)?.is_final())
            }

            /// The same, with the reason why not.
            ///
            /// # Errors
            /// What the block is instead of final, or why there is no answer.
            pub fn require_final<C: CustomQuery>(
                &self,
                querier: &QuerierWrapper<'_, C>,
                height: u64,
            ) -> Result<(), NotFinal> {
                self.status(querier, height)?.require_final(0)
            }

            /// The highest final block, with its certificate.
            ///
            /// # Errors
            /// As [`status`](Self::status).
            pub fn last_final_block<C: CustomQuery>(
                &self,
                querier: &QuerierWrapper<'_, C>,
            ) -> Result<Option<LastFinalBlock>, Error> {
                self.smart(querier, &Query::LastFinalBlock {})
            }

            /// The height of the highest final block, by one raw read: no instance of the contract is made. Below it
            /// may lie blocks that are `resumed` and were never final: ask [`require_final`](Self::require_final)
            /// of a given block.
            ///
            /// # Errors
            /// The contract has no record of finality, or one of another form.
            pub fn last_final<C: CustomQuery>(
                &self,
                querier: &QuerierWrapper<'_, C>,
            ) -> Result<Option<u64>, Error> {
                let value = self.raw(querier, raw::FINALITY_KEY)?;
                let value = value.ok_or_else(|| Error::NoRecord { contract: self.0.to_string() })?;
                Ok(raw::progress(&value).map_err(|reason| self.bad_record(reason))?.last_final)
            }

            /// The hashes that the chain's hooks saw of a block, by one raw read; it says nothing about its finality.
            /// `None` where they saw none, or it is forgotten.
            ///
            /// # Errors
            /// The record has another form.
            pub fn anchor<C: CustomQuery>(
                &self,
                querier: &QuerierWrapper<'_, C>,
                height: u64,
            ) -> Result<Option<raw::Anchor>, Error> {
                let value = self.raw(querier, &raw::anchor_key(height))?;
                value.map(|value| raw::anchor(&value).map_err(|reason| self.bad_record(reason))).transpose()
            }

            fn smart<T: serde::de::DeserializeOwned, C: CustomQuery>(
                &self,
                querier: &QuerierWrapper<'_, C>,
                query: &Query,
            ) -> Result<T, Error> {
                let msg = to_json_vec(query).map_err(|error| self.not_bsn(error))?;
                let question = WasmQuery::Smart { contract_addr: self.0.to_string(), msg: Binary::from(msg) };
                let answer = self.ask(querier, question, query.name())?;
                from_json(answer).map_err(|error| self.not_bsn(error))
            }

            fn raw<C: CustomQuery>(
                &self,
                querier: &QuerierWrapper<'_, C>,
                key: &[u8],
            ) -> Result<Option<Binary>, Error> {
                let question =
                    WasmQuery::Raw { contract_addr: self.0.to_string(), key: Binary::from(key.to_vec()) };
                let value = self.ask(querier, question, "a raw query")?;
                Ok(Some(value).filter(|value| !value.is_empty()))
            }

            fn ask<C: CustomQuery>(
                &self,
                querier: &QuerierWrapper<'_, C>,
                question: WasmQuery,
                query: &'static str,
            ) -> Result<Binary, Error> {
                let contract = || self.0.to_string();
                let refused = |reason: String| Error::Refused { contract: contract(), query, reason };
                let request = to_json_vec(&QueryRequest::<C>::Wasm(question));
                let request = request.map_err(|error| refused(error.to_string()))?;
                match querier.raw_query(&request) {
                    SystemResult::Ok(ContractResult::Ok(answer)) => Ok(answer),
                    SystemResult::Ok(ContractResult::Err(reason)) => Err(refused(reason)),
                    SystemResult::Err(SystemError::NoSuchContract { .. }) => {
                        Err(Error::NoSuchContract { contract: contract() })
                    }
                    SystemResult::Err(reason) => Err(refused(reason.to_string())),
                }
            }

            fn not_bsn(&self, reason: impl ToString) -> Error {
                Error::NotBsn { contract: self.0.to_string(), reason: reason.to_string() }
            }

            fn bad_record(&self, reason: raw::RawError) -> Error {
                Error::BadRecord { contract: self.0.to_string(), reason }
            }
        }
    };
}
#[allow(unused_imports)]
pub(crate) use contract_helpers;
