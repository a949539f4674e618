//! Exceptions. The language cannot catch them yet, so the first one ends the
//! program; what remains to be done is to say what happened, and where.

use crate::value::Value;

/// A built-in exception class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "these are CPython's classes")]
pub enum ExceptionClass {
    BrokenPipeError,
    KeyboardInterrupt,
    NameError,
    NotImplementedError,
    OSError,
    OverflowError,
    RecursionError,
    TypeError,
    UnboundLocalError,
    ValueError,
    ZeroDivisionError,
}

/// An exception that was raised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// Its class.
    pub class: ExceptionClass,
    /// What it says; may be empty.
    pub message: String,
    /// For a `NameError`: the name, to which a similar one may be suggested.
    pub name: Option<String>,
}

/// The sign that an exception was raised and waits in the VM, where
/// [`Vm::exception`](crate::Vm::exception) finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raised;

/// What a runtime function returns.
pub type Outcome<T = Value> = Result<T, Raised>;

impl std::fmt::Display for ExceptionClass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The variants are called as the classes are.
        std::fmt::Debug::fmt(self, f)
    }
}

impl std::fmt::Display for Exception {
    /// The last line of a traceback, without a suggestion of a similar name.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.message.is_empty() {
            true => write!(f, "{}", self.class),
            false => write!(f, "{}: {}", self.class, self.message),
        }
    }
}

impl Exception {
    /// What CPython raises when writing to a file failed.
    pub(crate) fn from_io(error: &std::io::Error) -> Exception {
        let class = match error.kind() {
            std::io::ErrorKind::BrokenPipe => ExceptionClass::BrokenPipeError,
            // `Output` gives up a write only for Ctrl-C.
            std::io::ErrorKind::Interrupted => {
                let class = ExceptionClass::KeyboardInterrupt;
                return Exception { class, message: String::new(), name: None };
            }
            _ => ExceptionClass::OSError,
        };
        Exception { class, message: os_message(error), name: None }
    }
}

/// `[Errno 28] No space left on device`
fn os_message(error: &std::io::Error) -> String {
    let text = error.to_string();
    match error.raw_os_error() {
        Some(number) => {
            let suffix = format!(" (os error {number})");
            format!("[Errno {number}] {}", text.trim_end_matches(&*suffix))
        }
        None => text,
    }
}
