//! Tables of names.

use std::ffi::CStr;

/// How many bytes a name may have. Names share their bytes, so that a short file
/// could otherwise be full of long ones.
pub(super) const LONGEST_NAME: usize = 1024;

/// The contents of a string table: names, each with a 0 behind it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names<'data>(pub(super) &'data [u8]);

impl<'data> Names<'data> {
    /// The name that begins at `offset`, if there is one that can be printed.
    pub(super) fn get(self, offset: u32) -> Option<&'data str> {
        let rest = self.0.get(offset as usize..)?;
        let rest = &rest[..rest.len().min(LONGEST_NAME + 1)];
        let name = CStr::from_bytes_until_nul(rest).ok()?.to_str().ok()?;
        (!name.contains(char::is_control)).then_some(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_ends_at_the_next_zero() {
        let names = Names(b"\0.rela.text\0");
        assert_eq!(names.get(0), Some(""));
        assert_eq!(names.get(1), Some(".rela.text"));
        assert_eq!(names.get(6), Some(".text"));
    }

    #[test]
    fn what_is_no_name_is_none() {
        assert_eq!(Names(b"\0open").get(1), None);
        assert_eq!(Names(b"\0").get(7), None);
        assert_eq!(Names(b"\xff\0").get(0), None);
        assert_eq!(Names(b"\x1b[2J\0").get(0), None);
    }

    #[test]
    fn a_name_has_a_longest_length() {
        let mut table = vec![b'a'; LONGEST_NAME + 1];
        table.push(0);
        assert_eq!(Names(&table).get(0), None);
        assert_eq!(Names(&table).get(1).map(str::len), Some(LONGEST_NAME));
    }
}
