/// The JSON written so far. Every type shares these functions: none is copied into its callers.
#[derive(Default)]
pub struct Text {
    json: Vec<u8>,
}

impl Text {
    pub fn into_bytes(self) -> Vec<u8> {
        self.json
    }

    /// Characters that need no escape.
    #[inline(never)]
    pub fn raw(&mut self, characters: &str) {
        self.json.extend_from_slice(characters.as_bytes());
    }

    /// Separates an item from the one before it, if there is one: what was written then does not end where a list or an object
    /// begins.
    #[inline(never)]
    pub fn next(&mut self) {
        if !matches!(self.json.last(), Some(b'[' | b'{')) {
            self.json.push(b',');
        }
    }

    /// The name of the next field of an object.
    #[inline(never)]
    pub fn name(&mut self, name: &str) {
        self.next();
        self.text(name);
        self.json.push(b':');
    }

    /// Begins an object of one field: a variant of an enum that holds something.
    #[inline(never)]
    pub fn variant(&mut self, name: &str) {
        self.json.push(b'{');
        self.name(name);
    }

    /// A text in quotes. As `serde_json` does, it escapes quotes, backslashes and what is below a space, and nothing else.
    #[inline(never)]
    pub fn text(&mut self, text: &str) {
        self.json.push(b'"');
        let mut rest = text.as_bytes();
        while let Some(plain) = rest.iter().position(|byte| matches!(byte, ..0x20 | b'"' | b'\\')) {
            let (plain, escaped) = rest.split_at(plain);
            self.json.extend_from_slice(plain);
            let Some((byte, behind)) = escaped.split_first() else { break };
            self.escape(*byte);
            rest = behind;
        }
        self.json.extend_from_slice(rest);
        self.json.push(b'"');
    }

    #[inline(never)]
    fn escape(&mut self, byte: u8) {
        let letter = match byte {
            b'"' | b'\\' => byte,
            0x08 => b'b',
            b'\t' => b't',
            b'\n' => b'n',
            0x0c => b'f',
            b'\r' => b'r',
            _ => {
                let digit = |of: u8| if of < 10 { b'0' + of } else { b'a' + (of - 10) };
                return self.json.extend([b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte & 15)]);
            }
        };
        self.json.extend([b'\\', letter]);
    }

    #[inline(never)]
    pub fn number(&mut self, mut number: u64) {
        let begins = self.json.len();
        loop {
            self.json.push(b'0' + (number % 10).to_le_bytes()[0]);
            number /= 10;
            if number == 0 {
                break;
            }
        }
        if let Some(digits) = self.json.get_mut(begins..) {
            digits.reverse();
        }
    }

    /// Whether what stands from `begins` on is a text.
    pub fn is_text(&self, begins: usize) -> bool {
        self.json.get(begins) == Some(&b'"')
    }

    pub fn length(&self) -> usize {
        self.json.len()
    }
}
