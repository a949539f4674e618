//! Runs a command one machine instruction at a time, through Linux's `ptrace`,
//! and counts those in anonymous memory. Chapter 3 of the book, "Payoff".
//!
//! Steps are slow: less than 200,000 a second. So the command runs from
//! system call to system call until it has made some code, and only then in
//! steps. The map of its memory is read again when a step leads to an unknown
//! address: code from a file that takes the place of a JIT's would be counted.

use std::collections::HashMap;
use std::env;
use std::ffi::OsString;
use std::io::{self, IoSliceMut};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use anyhow::{Context, Error, Result};
use conformance::outcome::Status;
use iced_x86::{Decoder, DecoderOptions, Instruction};
use nix::errno::Errno;
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::Signal;
use nix::sys::uio::{RemoteIoVec, process_vm_readv};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use crate::counts::Counts;
use crate::regions::Regions;

/// The longest instruction, in bytes: Intel's manual, volume 2, section 2.3.11.
const LONGEST_INSTRUCTION: usize = 15;

/// Runs a command to its end and counts. `None`: it could not be started, and
/// has said why on standard error.
///
/// # Errors
/// The system's, when it does not let us look at the command.
pub(crate) fn count(command: &[OsString]) -> Result<Option<(Counts, Status)>> {
    let process = start(command).context("cannot start this program again")?;
    // The first stop is where the command is about to begin.
    match waitpid(process, None)? {
        WaitStatus::Stopped(..) => {}
        _ => return Ok(None),
    }
    let options =
        Options::PTRACE_O_TRACESYSGOOD | Options::PTRACE_O_TRACECLONE | Options::PTRACE_O_EXITKILL;
    ptrace::setoptions(process, options).context("cannot trace the command")?;
    ptrace::syscall(process, None)?;
    let ending = Tracer::new(process).run().context("lost the command")?;
    Ok(Some(ending))
}

/// Starts this program once more: a process must ask to be traced itself.
fn start(command: &[OsString]) -> io::Result<Pid> {
    let child = Command::new(env::current_exe()?)
        .arg("--traced")
        .arg("--")
        .args(command)
        .stdout(Stdio::from(io::stderr()))
        .spawn()?;
    Ok(Pid::from_raw(child.id().cast_signed()))
}

/// Lets the parent process trace this one, and makes this one the command.
/// Returns only to say why that cannot be.
///
/// # Panics
/// When the command is empty.
pub(crate) fn become_traced(command: &[OsString]) -> Error {
    if let Err(error) = ptrace::traceme() {
        return Error::from(error).context(
            "this system does not permit tracing; a container may need `--cap-add SYS_PTRACE`",
        );
    }
    let (program, arguments) = command.split_first().expect("a command has a first word");
    let error = Command::new(program).args(arguments).exec();
    Error::from(error).context(format!("cannot start `{}`", program.display()))
}

/// A traced process, and what it has done so far.
struct Tracer {
    process: Pid,
    /// Its threads, each with the instruction that it executes next if that
    /// one is counted.
    threads: HashMap<Pid, Option<Instruction>>,
    regions: Regions,
    counts: Counts,
}

impl Tracer {
    fn new(process: Pid) -> Tracer {
        Tracer {
            process,
            threads: HashMap::from([(process, None)]),
            regions: Regions::default(),
            counts: Counts::default(),
        }
    }

    fn run(mut self) -> io::Result<(Counts, Status)> {
        loop {
            let stop = match waitpid(None, Some(WaitPidFlag::__WALL))? {
                WaitStatus::Exited(process, code) if process == self.process => {
                    return Ok((self.counts, Status::Exited(code)));
                }
                WaitStatus::Signaled(process, signal, _) if process == self.process => {
                    return Ok((self.counts, Status::Killed(signal as i32)));
                }
                stop => stop,
            };
            match self.go_on(stop) {
                // A signal has killed the thread meanwhile: the next stop says so.
                Err(error) if error.raw_os_error() == Some(Errno::ESRCH as i32) => {}
                result => result?,
            }
        }
    }

    /// Does what a stop asks for, and lets the thread run on.
    fn go_on(&mut self, stop: WaitStatus) -> io::Result<()> {
        match stop {
            WaitStatus::PtraceSyscall(thread) => {
                self.regions = Regions::of(self.process)?;
                self.resume(thread, None)
            }
            WaitStatus::Stopped(thread, Signal::SIGTRAP) => {
                self.step_done(thread)?;
                self.resume(thread, None)
            }
            WaitStatus::Stopped(thread, signal) => {
                // What a signal interrupts may be executed later or never.
                let known = self.threads.insert(thread, None);
                // A new thread is stopped by a signal that is not meant for it.
                self.resume(thread, known.is_some().then_some(signal))
            }
            WaitStatus::PtraceEvent(thread, ..) => self.resume(thread, None),
            // Another thread than the first has ended.
            _ => Ok(()),
        }
    }

    /// To the next instruction; before there is code, to the next system call.
    fn resume(&self, thread: Pid, signal: Option<Signal>) -> io::Result<()> {
        if self.regions.have_anonymous_code() {
            Ok(ptrace::step(thread, signal)?)
        } else {
            Ok(ptrace::syscall(thread, signal)?)
        }
    }

    /// Counts the instruction that a thread has executed, and notes the next.
    fn step_done(&mut self, thread: Pid) -> io::Result<()> {
        let address = ptrace::getregs(thread)?.rip;
        if let Some(Some(done)) = self.threads.get(&thread) {
            self.counts.add(done, address);
        }
        let next = if self.is_anonymous(address)? { Some(self.read(address)?) } else { None };
        self.threads.insert(thread, next);
        Ok(())
    }

    /// Whether the code at an address is counted. An unknown address means that
    /// there is new code.
    fn is_anonymous(&mut self, address: u64) -> io::Result<bool> {
        if let Some(known) = self.regions.is_anonymous(address) {
            return Ok(known);
        }
        self.regions = Regions::of(self.process)?;
        Ok(self.regions.is_anonymous(address).unwrap_or(false))
    }

    /// The instruction at an address. It is read anew each time, since a JIT
    /// may use the memory again.
    fn read(&self, address: u64) -> io::Result<Instruction> {
        let mut bytes = [0; LONGEST_INSTRUCTION];
        let base = usize::try_from(address).expect("addresses have 64 bits on x86-64");
        let there = RemoteIoVec { base, len: bytes.len() };
        // Fewer bytes than asked for: the memory ends behind the instruction.
        let count = process_vm_readv(self.process, &mut [IoSliceMut::new(&mut bytes)], &[there])?;
        Ok(Decoder::with_ip(64, &bytes[..count], address, DecoderOptions::NONE).decode())
    }
}
