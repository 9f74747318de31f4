/// Writes a [`Vm`](crate::vm::Vm) for one version of `cosmwasm-vm`.
///
/// The two crates are named by the caller, since a program may link several versions of them under
/// other names; `std` must be the `cosmwasm-std` that this `vm` uses. Compiled modules live in one
/// cache for the whole process.
///
/// ```ignore
/// devnet::devnet_vm! {
///     /// cosmwasm-vm 2.
///     pub struct Vm2 { vm: cosmwasm_vm_2, std: cosmwasm_std_2, version: "2.2.10" }
/// }
/// let chain = devnet::Chain::new(devnet::Genesis { vm: std::rc::Rc::new(Vm2), ..Default::default() });
/// ```
#[macro_export]
macro_rules! devnet_vm {
    (
        $(#[$doc:meta])*
        $vis:vis struct $name:ident { vm: $vm:ident, std: $std:ident, version: $version:literal }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default)]
        $vis struct $name;

        const _: () = {
            use std::{rc::Rc, sync::OnceLock};

            use $crate::vm::{CacheDir, CodeFacts, Entry, Host, HostError, HostResult, Vm, VmCall, VmFailure, VmOutcome};
            use $vm::{Backend, BackendApi, BackendError, BackendResult, GasInfo, VmError};

            #[derive(Clone)]
            struct Api {
                prefix: String,
            }

            impl BackendApi for Api {
                fn addr_validate(&self, input: &str) -> BackendResult<()> {
                    let (result, gas) = $crate::address::api::validate(&self.prefix, input);
                    (result.map_err(BackendError::user_err), GasInfo::with_cost(gas))
                }

                fn addr_canonicalize(&self, human: &str) -> BackendResult<Vec<u8>> {
                    let (result, gas) = $crate::address::api::canonicalize(&self.prefix, human);
                    (result.map_err(BackendError::user_err), GasInfo::with_cost(gas))
                }

                fn addr_humanize(&self, canonical: &[u8]) -> BackendResult<String> {
                    let (result, gas) = $crate::address::api::humanize(&self.prefix, canonical);
                    (result.map_err(BackendError::user_err), GasInfo::with_cost(gas))
                }
            }

            struct Backing(Rc<dyn Host>);

            fn backend_error(error: HostError) -> BackendError {
                match error {
                    HostError::OutOfGas => BackendError::out_of_gas(),
                    HostError::NoIterator(id) => BackendError::iterator_does_not_exist(id),
                    HostError::Failed(text) => BackendError::unknown(text),
                }
            }

            fn charged<T>((result, gas): HostResult<T>) -> BackendResult<T> {
                (result.map_err(backend_error), GasInfo::with_externally_used(gas))
            }

            impl $vm::Storage for Backing {
                fn get(&self, key: &[u8]) -> BackendResult<Option<Vec<u8>>> {
                    charged(self.0.get(key))
                }

                fn scan(
                    &mut self,
                    start: Option<&[u8]>,
                    end: Option<&[u8]>,
                    order: $std::Order,
                ) -> BackendResult<u32> {
                    charged(self.0.scan(start, end, matches!(order, $std::Order::Descending)))
                }

                fn next(&mut self, iterator_id: u32) -> BackendResult<Option<$std::Record>> {
                    charged(self.0.next(iterator_id))
                }

                fn set(&mut self, key: &[u8], value: &[u8]) -> BackendResult<()> {
                    charged(self.0.set(key, value))
                }

                fn remove(&mut self, key: &[u8]) -> BackendResult<()> {
                    charged(self.0.remove(key))
                }
            }

            impl $vm::Querier for Backing {
                fn query_raw(
                    &self,
                    request: &[u8],
                    gas_limit: u64,
                ) -> BackendResult<$std::SystemResult<$std::ContractResult<$std::Binary>>> {
                    let (result, gas) = charged(self.0.query(request, gas_limit));
                    let answer = result.and_then(|json| {
                        $vm::from_slice(&json, json.len()).map_err(|e| BackendError::unknown(e.to_string()))
                    });
                    (answer, gas)
                }
            }

            type Cache = $vm::Cache<Api, Backing, Backing>;

            struct Shared {
                cache: Cache,
                _dir: CacheDir,
            }

            fn cache() -> &'static Cache {
                static SHARED: OnceLock<Shared> = OnceLock::new();
                let shared = SHARED.get_or_init(|| {
                    let dir = CacheDir::take($version).expect("a folder for compiled modules");
                    let capabilities = $vm::capabilities_from_csv($crate::vm::CAPABILITIES);
                    let options = $vm::CacheOptions::new(
                        dir.path(),
                        capabilities,
                        $vm::Size::mebi(200),
                        // What wasmd gives a contract by default.
                        $vm::Size::mebi(32),
                    );
                    // SAFETY: the folder is written by this VM only, under a lock held for as long as
                    // the cache lives, so its modules are those that this VM compiled.
                    #[allow(unsafe_code)]
                    let cache = unsafe { Cache::new(options) };
                    Shared { cache: cache.expect("a cache for compiled modules"), _dir: dir }
                });
                &shared.cache
            }

            impl Vm for $name {
                fn version(&self) -> &str {
                    $version
                }

                fn store(&self, wasm: &[u8]) -> Result<CodeFacts, String> {
                    let checksum = $std::Checksum::generate(wasm);
                    // A code that is on disk passed the checks of this very VM when it was put there.
                    if cache().pin(&checksum).is_err() {
                        cache().store_code(wasm, true, true).map_err(|e| e.to_string())?;
                        cache().pin(&checksum).map_err(|e| e.to_string())?;
                    }
                    let facts = cache().analyze(&checksum).map_err(|e| e.to_string())?;
                    let mut hash = [0; 32];
                    hash.copy_from_slice(checksum.as_slice());
                    Ok(CodeFacts {
                        hash,
                        has_ibc_entry_points: facts.has_ibc_entry_points,
                        required_capabilities: facts.required_capabilities.into_iter().collect(),
                    })
                }

                fn call(&self, call: &VmCall<'_>, host: Rc<dyn Host>) -> VmOutcome {
                    let failed = |e: VmError| VmOutcome {
                        result: Err(VmFailure::Failed(e.to_string())),
                        gas_used: 0,
                        gas_charged_by_host: 0,
                        memory_pages: 0,
                    };
                    let backend = Backend {
                        api: Api { prefix: host.prefix() },
                        storage: Backing(Rc::clone(&host)),
                        querier: Backing(host),
                    };
                    let options = $vm::InstanceOptions { gas_limit: call.gas_limit };
                    let checksum = $std::Checksum::from(*call.code);
                    let mut instance = match cache().get_instance(&checksum, backend, options) {
                        Ok(instance) => instance,
                        Err(e) => return failed(e),
                    };
                    let i = &mut instance;
                    let (env, info, msg) = (call.env, call.info, call.msg);
                    let result = match call.entry {
                        Entry::Instantiate => $vm::call_instantiate_raw(i, env, info, msg),
                        Entry::Execute => $vm::call_execute_raw(i, env, info, msg),
                        Entry::Query => $vm::call_query_raw(i, env, msg),
                        Entry::Sudo => $vm::call_sudo_raw(i, env, msg),
                        Entry::Migrate => $vm::call_migrate_with_info_raw(i, env, msg, info),
                        Entry::Reply => $vm::call_reply_raw(i, env, msg),
                        Entry::IbcChannelOpen => $vm::call_ibc_channel_open_raw(i, env, msg),
                        Entry::IbcChannelConnect => $vm::call_ibc_channel_connect_raw(i, env, msg),
                        Entry::IbcChannelClose => $vm::call_ibc_channel_close_raw(i, env, msg),
                        Entry::IbcPacketReceive => $vm::call_ibc_packet_receive_raw(i, env, msg),
                        Entry::IbcPacketAck => $vm::call_ibc_packet_ack_raw(i, env, msg),
                        Entry::IbcPacketTimeout => $vm::call_ibc_packet_timeout_raw(i, env, msg),
                    };
                    let report = instance.create_gas_report();
                    let result = result.map_err(|e| match e {
                        VmError::GasDepletion { .. }
                        | VmError::BackendErr { source: BackendError::OutOfGas {}, .. } => VmFailure::OutOfGas,
                        e => VmFailure::Failed(e.to_string()),
                    });
                    VmOutcome {
                        result,
                        gas_used: report.used_internally,
                        gas_charged_by_host: report.used_externally,
                        memory_pages: instance.memory_pages(),
                    }
                }
            }
        };
    };
}
