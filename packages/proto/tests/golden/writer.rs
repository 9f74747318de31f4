//! Protobuf's wire format (protobuf.dev, "Encoding"): tags and varints, written without prost.

/// Seven bits a byte, lowest first, the highest bit set on all but the last.
fn varint(mut n: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while n > 0x7f {
        bytes.push((n as u8 & 0x7f) | 0x80);
        n >>= 7;
    }
    bytes.push(n as u8);
    bytes
}

/// A `uint32`, `uint64`, `int32`, `int64` or enum: wire type 0.
pub fn number(field: u64, n: u64) -> Vec<u8> {
    [varint(field << 3), varint(n)].concat()
}

/// A `bytes`, or a message given as its encoding: wire type 2.
pub fn bytes(field: u64, content: impl AsRef<[u8]>) -> Vec<u8> {
    let content = content.as_ref();
    [&varint(field << 3 | 2)[..], &varint(content.len() as u64), content].concat()
}

/// A `string`: wire type 2.
pub fn text(field: u64, content: &str) -> Vec<u8> {
    bytes(field, content)
}

#[test]
fn the_writer_writes_the_examples_of_the_specification() {
    // protobuf.dev/programming-guides/encoding: Test1 { a: 150 }, Test2 { b: "testing" }, Test3 { c { a: 150 } }.
    assert_eq!(number(1, 150), [0x08, 0x96, 0x01]);
    assert_eq!(text(2, "testing"), [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67]);
    assert_eq!(bytes(3, number(1, 150)), [0x1a, 0x03, 0x08, 0x96, 0x01]);
}
