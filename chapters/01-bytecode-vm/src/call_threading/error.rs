//! Why there is no compiled code.

/// Why the code cannot run where the processor or the system is another.
pub(crate) const OBSTACLE: &str = "its code is for Linux on x86-64; take --engine interpreter";

/// Why a program could not be compiled to machine code.
#[derive(Debug, thiserror::Error)]
pub enum JitError {
    /// The code would be for another machine.
    #[error("the engine `jit` cannot run here: {OBSTACLE}")]
    Elsewhere,
    /// The system gives no memory for the code, or does not let it be executed.
    #[error("no executable memory for {bytes} bytes of code: {reason}; take --engine interpreter")]
    Memory {
        /// How much was asked for.
        bytes: usize,
        /// What the system said.
        reason: std::io::Error,
    },
}
