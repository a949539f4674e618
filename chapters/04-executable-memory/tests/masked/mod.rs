//! Reports of faults without what differs from run to run.

/// Puts a word for addresses: numbers of more than five hexadecimal digits.
pub(crate) fn without_addresses(text: &str) -> String {
    let mut parts = text.split("0x");
    let mut masked = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_hexdigit).count();
        match digits {
            0..=5 => masked.extend(["0x", part]),
            _ => masked.extend(["ADDRESS", &part[digits..]]),
        }
    }
    masked
}
