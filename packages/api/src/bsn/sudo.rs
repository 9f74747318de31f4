use crate::wire;

wire! {
    /// What the chain module x/babylon calls (PROTOCOL.md, "The block hooks"). Any call may be missing;
    /// BeginBlock comes twice a block where this contract is registered as two.
    pub enum SudoMsg {
        /// Before the transactions of a block.
        BeginBlock {
            /// The hash of this block, 64 hexadecimal characters.
            hash_hex: String,
            /// The application hash in its header: the state after the block before it.
            app_hash_hex: String,
        },
        /// After the transactions of a block.
        EndBlock {
            /// The hash of this block, 64 hexadecimal characters.
            hash_hex: String,
            /// The application hash in its header: the state after the block before it.
            app_hash_hex: String,
        },
    }
}
