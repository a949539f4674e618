//! What this process prints: text of the bench, or what a program prints.

use std::io::{IsTerminal, Write};

use crate::{Console, Ending, Machine, Refusal, RunOptions};

/// Prints to standard output; a reader that went away is no error.
pub(crate) fn print(text: &str) -> Result<Ending, Refusal> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(Ending::Status(0)),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(Ending::Status(0)),
        Err(error) => {
            Err(Refusal { message: format!("cannot write to standard output: {error}"), status: 1 })
        }
    }
}

/// Runs the program on this process's own standard output and error.
pub(crate) fn run<M: Machine>(
    machine: &M,
    loaded: &M::Loaded,
    options: &RunOptions,
) -> Result<Ending, Refusal> {
    run_to(&mut *unbuffered_output(), machine, loaded, options)
}

/// Runs the program on `out`, which is this process's own standard output or what
/// stands in front of it, and on its standard error.
pub(crate) fn run_to<M: Machine>(
    out: &mut dyn Write,
    machine: &M,
    loaded: &M::Loaded,
    options: &RunOptions,
) -> Result<Ending, Refusal> {
    let console =
        Console { out, is_terminal: std::io::stdout().is_terminal(), err: &mut std::io::stderr() };
    machine.run(loaded, options, console)
}

/// Standard output without the buffer that Rust has in front of it, which would
/// try again what a signal has interrupted.
pub(crate) fn unbuffered_output() -> Box<dyn Write> {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd;
        if let Ok(descriptor) = std::io::stdout().as_fd().try_clone_to_owned() {
            return Box::new(std::fs::File::from(descriptor));
        }
    }
    Box::new(std::io::stdout())
}
