//! The first lines of what a program prints, for a tour that fits a terminal window.

use std::io::{self, Write};

/// A writer that lets so many lines through, and counts those behind them.
pub(super) struct Head<'a> {
    out: &'a mut dyn Write,
    /// How many more lines there is room for.
    room: usize,
    left_out: usize,
    /// Whether the last line that was left out has not ended yet.
    is_in_line: bool,
}

impl<'a> Head<'a> {
    pub(super) fn new(out: &'a mut dyn Write, lines: usize) -> Head<'a> {
        Head { out, room: lines, left_out: 0, is_in_line: false }
    }

    /// How many lines were not let through, up to now.
    pub(super) fn left_out(&self) -> usize {
        self.left_out + usize::from(self.is_in_line)
    }
}

impl Write for Head<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.room == 0 {
            self.left_out += lines(bytes);
            self.is_in_line = bytes.last().map_or(self.is_in_line, |&byte| byte != b'\n');
            return Ok(bytes.len());
        }
        let fitting = bytes.split_inclusive(|&byte| byte == b'\n').take(self.room);
        let written = self.out.write(&bytes[..fitting.map(<[u8]>::len).sum()])?;
        self.room -= lines(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// How many lines end in these bytes.
fn lines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is let through of these writes, and how many lines are left out, with room
    /// for two lines.
    fn cut(writes: &[&str]) -> (String, usize) {
        let mut out = Vec::new();
        let mut head = Head::new(&mut out, 2);
        for text in writes {
            head.write_all(text.as_bytes()).expect("a vector has room");
        }
        let left_out = head.left_out();
        (String::from_utf8(out).expect("it is text"), left_out)
    }

    #[test]
    fn what_there_is_room_for_is_let_through() {
        assert_eq!(cut(&[]), (String::new(), 0));
        assert_eq!(cut(&["one\ntwo\n"]), ("one\ntwo\n".to_owned(), 0));
        assert_eq!(cut(&["one\ntwo"]), ("one\ntwo".to_owned(), 0));
    }

    #[test]
    fn lines_behind_the_last_one_with_room_are_counted() {
        let expected = ("one\ntwo\n".to_owned(), 3);
        assert_eq!(cut(&["one\ntwo\nthree\n\nfive\n"]), expected);
        assert_eq!(cut(&["one\nt", "wo\nth", "ree\n", "", "\nfive"]), expected);
    }

    #[test]
    fn a_line_that_is_cut_off_is_a_line() {
        assert_eq!(cut(&["one\ntwo\n", "th"]).1, 1);
        assert_eq!(cut(&["one\ntwo\n", "th", "ree", ""]).1, 1);
        assert_eq!(cut(&["one\ntwo\n", "th", "ree\n", "four"]).1, 2);
    }
}
