//! Every message against bytes put together by hand from the protobuf specification.

mod packets;
mod parts;
mod writer;

use bsn_proto::Message;

/// `message` has exactly these bytes, and these bytes are `message`, whatever unknown fields follow.
fn check<M: Message + Default + PartialEq + std::fmt::Debug>(message: M, bytes: &[u8]) {
    assert_eq!(message.encode_to_vec(), bytes, "{message:?}");
    assert_eq!(M::decode(bytes).unwrap(), message);
    let newer = [bytes, &writer::text(2_000, "of a newer Babylon"), &writer::number(1_999, 7)].concat();
    assert_eq!(M::decode(&newer[..]).unwrap(), message);
}
