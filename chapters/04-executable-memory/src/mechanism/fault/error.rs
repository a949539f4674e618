//! Why faults cannot be reported. Chapter 4 of the book, "Last words".

use std::io;

/// Why faults will not be reported.
#[derive(Debug, thiserror::Error)]
pub enum FaultError {
    /// Where a processor keeps its program counter is known for x86-64 and AArch64.
    #[error("on {} it is not known which instruction has caused a signal", std::env::consts::ARCH)]
    UnknownProcessor,
    /// The system does not call a handler.
    #[error("no handler for {signal}: {reason}")]
    Handler {
        /// For which signal.
        signal: &'static str,
        /// What the system said.
        reason: io::Error,
    },
    /// There is no stack for handlers.
    #[error("no stack for the handlers of signals: {0}")]
    Stack(#[from] io::Error),
}
