use std::rc::Rc;

use super::Vm;

crate::devnet_vm! {
    /// cosmwasm-vm 3.
    pub struct Vm3 { vm: cosmwasm_vm, std: cosmwasm_std, version: "3.0.10" }
}

/// The VM that a devnet runs on unless it is told otherwise.
pub fn vm3() -> Rc<dyn Vm> {
    Rc::new(Vm3)
}
