//! Text that needs no memory but its own. Chapter 4 of the book, "Last words".

use std::fmt;
use std::str;

/// Up to `N` bytes of text.
#[derive(Debug)]
pub(super) struct Text<const N: usize> {
    bytes: [u8; N],
    length: usize,
}

impl<const N: usize> Text<N> {
    pub(super) const fn new() -> Text<N> {
        Text { bytes: [0; N], length: 0 }
    }

    /// Makes it as long as it is; an earlier text is gone.
    pub(super) fn set(&mut self, words: fmt::Arguments<'_>) -> &str {
        self.clear();
        // What has no room is left out.
        let _ = fmt::Write::write_fmt(self, words);
        self.as_str()
    }

    pub(super) fn clear(&mut self) {
        self.length = 0;
    }

    pub(super) fn as_str(&self) -> &str {
        str::from_utf8(&self.bytes[..self.length]).expect("characters are written whole")
    }
}

impl<const N: usize> fmt::Write for Text<N> {
    fn write_str(&mut self, words: &str) -> fmt::Result {
        let fitting = words.floor_char_boundary(N - self.length);
        self.bytes[self.length..][..fitting].copy_from_slice(&words.as_bytes()[..fitting]);
        self.length += fitting;
        if fitting == words.len() { Ok(()) } else { Err(fmt::Error) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_room_is_left_out() {
        let mut text = Text::<8>::new();
        assert_eq!(text.set(format_args!("{}-{}", 123, "456789")), "123-4567");
        assert_eq!(text.set(format_args!("short")), "short");
    }

    #[test]
    fn a_character_is_never_cut_in_two() {
        assert_eq!(Text::<4>::new().set(format_args!("fün")), "fün");
        assert_eq!(Text::<2>::new().set(format_args!("fün")), "f");
    }
}
