//! The file beside a program with what it must print: `NAME.expected`.
//!
//! It is text that one can read, and it holds every byte: who recorded it, the
//! exit status, standard output, standard error.
//!
//! ```text
//! # recorded with CPython 3.13.0
//! exit status: 0
//! --- standard output
//! hello
//! --- standard error
//! ```

use thiserror::Error;

use crate::outcome::Outcome;

const RECORDER: &str = "# recorded with ";
const STATUS: &str = "exit status: ";
const STDOUT: &str = "--- standard output";
const STDERR: &str = "--- standard error";

/// Behind a stream's title: the stream does not end with a line feed, and the
/// one in front of the next title is ours.
const UNFINISHED: &str = " (no line feed at the end)";

/// What a program did, and who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Who ran the program, as in `CPython 3.13.0`.
    pub recorder: String,
    /// What came of it.
    pub outcome: Outcome,
}

/// Why bytes are not a record, or an outcome cannot be one.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum RecordError {
    /// A part of the file is missing or in the wrong place.
    #[error("there is no line that starts with `{expected}` where one belongs")]
    Missing {
        /// How that line starts.
        expected: &'static str,
    },
    /// The exit status is no number.
    #[error("`{status}` is no exit status")]
    Status {
        /// What stands there.
        status: String,
    },
    /// The program prints a line that looks like one of the file's own.
    #[error("the program prints a line that starts with `{STDOUT}` or `{STDERR}`")]
    Ambiguous,
}

impl Record {
    /// The record as the bytes of its file.
    ///
    /// # Errors
    /// The program printed one of the file's own titles.
    pub fn render(&self) -> Result<Vec<u8>, RecordError> {
        let Self { recorder, outcome } = self;
        let mut bytes = format!("{RECORDER}{recorder}\n{STATUS}{}\n", outcome.status).into_bytes();
        push_stream(&mut bytes, STDOUT, &outcome.stdout);
        push_stream(&mut bytes, STDERR, &outcome.stderr);
        match Self::parse(&bytes) {
            Ok(parsed) if parsed == *self => Ok(bytes),
            _ => Err(RecordError::Ambiguous),
        }
    }

    /// Reads a record from the bytes of its file.
    ///
    /// # Errors
    /// The bytes do not have the form that [`render`](Self::render) gives them.
    pub fn parse(bytes: &[u8]) -> Result<Self, RecordError> {
        let (recorder, rest) = titled_line(bytes, RECORDER)?;
        let (status, rest) = titled_line(rest, STATUS)?;
        let (unfinished_stdout, rest) = titled_line(rest, STDOUT)?;
        let middle = find_line(rest, STDERR).ok_or(RecordError::Missing { expected: STDERR })?;
        let (stdout, rest) = rest.split_at(middle);
        let (unfinished_stderr, stderr) = titled_line(rest, STDERR)?;
        Ok(Self {
            recorder,
            outcome: Outcome {
                status: status.parse().map_err(|_| RecordError::Status { status })?,
                stdout: stream(stdout, &unfinished_stdout),
                stderr: stream(stderr, &unfinished_stderr),
            },
        })
    }
}

fn push_stream(bytes: &mut Vec<u8>, title: &str, stream: &[u8]) {
    let unfinished = !stream.is_empty() && !stream.ends_with(b"\n");
    bytes.extend(title.as_bytes());
    bytes.extend(if unfinished { UNFINISHED } else { "" }.as_bytes());
    bytes.push(b'\n');
    bytes.extend(stream);
    if unfinished {
        bytes.push(b'\n');
    }
}

fn stream(lines: &[u8], mark: &str) -> Vec<u8> {
    match lines.strip_suffix(b"\n") {
        Some(unfinished) if mark == UNFINISHED => unfinished.to_vec(),
        _ => lines.to_vec(),
    }
}

/// The rest of the first line, which must start with `title`, and what follows
/// that line.
fn titled_line<'b>(
    bytes: &'b [u8],
    title: &'static str,
) -> Result<(String, &'b [u8]), RecordError> {
    let missing = RecordError::Missing { expected: title };
    let end = bytes.iter().position(|&byte| byte == b'\n');
    let (line, rest) = match end {
        Some(end) => (&bytes[..end], &bytes[end + 1..]),
        None => return Err(missing),
    };
    let text = line.strip_prefix(title.as_bytes()).ok_or(missing)?;
    Ok((String::from_utf8_lossy(text).into_owned(), rest))
}

/// Where the first line starts that starts with `title`.
fn find_line(bytes: &[u8], title: &str) -> Option<usize> {
    let mut start = 0;
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        if line.starts_with(title.as_bytes()) {
            return Some(start);
        }
        start += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Status;

    fn record(stdout: &[u8], stderr: &[u8]) -> Record {
        Record {
            recorder: "CPython 3.13.0".to_owned(),
            outcome: Outcome {
                status: Status::Exited(1),
                stdout: stdout.to_vec(),
                stderr: stderr.to_vec(),
            },
        }
    }

    #[test]
    fn a_record_reads_like_a_transcript() {
        let bytes = record(b"1\n", b"NameError\n").render().expect("no titles");
        let text = String::from_utf8(bytes).expect("it is text");
        assert_eq!(
            text,
            "# recorded with CPython 3.13.0\n\
             exit status: 1\n\
             --- standard output\n1\n\
             --- standard error\nNameError\n"
        );
    }

    #[test]
    fn every_byte_survives_the_round_trip() {
        let streams: [&[u8]; 6] = [b"", b"\n", b"x", b"x\n\n", b"\xff\r\n", b"a\nb"];
        for stdout in streams {
            for stderr in streams {
                let record = record(stdout, stderr);
                let bytes = record.render().expect("no titles");
                assert_eq!(Record::parse(&bytes), Ok(record));
            }
        }
    }

    #[test]
    fn a_signal_survives_the_round_trip() {
        let mut record = record(b"", b"");
        record.outcome.status = Status::Killed(2);
        let bytes = record.render().expect("no titles");
        assert_eq!(Record::parse(&bytes), Ok(record));
    }

    #[test]
    fn a_program_that_prints_a_title_is_refused() {
        let error = record(b"--- standard error\n", b"").render();
        assert_eq!(error, Err(RecordError::Ambiguous));
    }

    #[test]
    fn what_is_missing_is_named() {
        let error = Record::parse(b"# recorded with CPython 3.13.0\nhello\n");
        assert_eq!(error, Err(RecordError::Missing { expected: STATUS }));
        let error = Record::parse(b"# recorded with x\nexit status: 0\n--- standard output\n");
        assert_eq!(error, Err(RecordError::Missing { expected: STDERR }));
    }
}
