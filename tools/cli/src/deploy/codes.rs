//! The codes of a deployment, and what there is of each.

/// A code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// `bsn.wasm`.
    Bsn,
    /// `btc-light-client.wasm`.
    LightClient,
    /// `btc-staking.wasm`, where stake is verified against Bitcoin.
    Staking,
}

impl Code {
    /// Its file.
    pub const fn wasm(self) -> &'static str {
        match self {
            Self::Bsn => "bsn.wasm",
            Self::LightClient => "btc-light-client.wasm",
            Self::Staking => "btc-staking.wasm",
        }
    }

    /// Its contract's place in a [`Deployment`](api::Deployment).
    pub const fn field(self) -> &'static str {
        match self {
            Self::Bsn => "bsn",
            Self::LightClient => "btc_light_client",
            Self::Staking => "btc_staking",
        }
    }

    /// What its contract is called in a sentence.
    pub const fn contract(self) -> &'static str {
        match self {
            Self::Bsn => "bsn",
            Self::LightClient => "light client",
            Self::Staking => "btc-staking",
        }
    }

    /// The label of its contract on the chain: `bsn` gives those of the other two.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Bsn => "bsn",
            Self::LightClient => "BTC Light Client",
            Self::Staking => "BTC Staking",
        }
    }
}

/// Something of each code.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Each<T> {
    /// Of `bsn.wasm`.
    pub bsn: T,
    /// Of `btc-light-client.wasm`.
    pub light_client: T,
    /// Of `btc-staking.wasm`; none where stake is not verified.
    pub staking: Option<T>,
}

impl<T> Each<T> {
    /// What is made of each, in order.
    ///
    /// # Errors
    /// The first that there is.
    pub fn make<E>(has_staking: bool, mut make: impl FnMut(Code) -> Result<T, E>) -> Result<Self, E> {
        let (bsn, light_client) = (make(Code::Bsn)?, make(Code::LightClient)?);
        let staking = has_staking.then(|| make(Code::Staking)).transpose()?;
        Ok(Self { bsn, light_client, staking })
    }

    /// What is made of each.
    ///
    /// # Errors
    /// The first that there is.
    pub fn try_map<U, E>(&self, mut make: impl FnMut(&T) -> Result<U, E>) -> Result<Each<U>, E> {
        let (bsn, light_client) = (make(&self.bsn)?, make(&self.light_client)?);
        Ok(Each { bsn, light_client, staking: self.staking.as_ref().map(make).transpose()? })
    }

    /// Of one code.
    pub fn get(&self, code: Code) -> Option<&T> {
        match code {
            Code::Bsn => Some(&self.bsn),
            Code::LightClient => Some(&self.light_client),
            Code::Staking => self.staking.as_ref(),
        }
    }

    /// All, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Code, &T)> {
        let first = [(Code::Bsn, &self.bsn), (Code::LightClient, &self.light_client)];
        first.into_iter().chain(self.staking.as_ref().map(|it| (Code::Staking, it)))
    }

    /// The values alone, in order.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.iter().map(|(_, value)| value)
    }
}

impl<T> Each<Option<T>> {
    /// Nothing of each.
    pub fn nothing(has_staking: bool) -> Self {
        Self { bsn: None, light_client: None, staking: has_staking.then_some(None) }
    }

    /// The codes of which there is nothing, in order.
    pub fn missing(&self) -> impl Iterator<Item = Code> {
        self.iter().filter(|(_, it)| it.is_none()).map(|(code, _)| code)
    }
}

impl<T: Copy> Each<Option<T>> {
    /// What there is of a code.
    pub fn of(&self, code: Code) -> Option<T> {
        self.get(code).copied().flatten()
    }
}
