//! Arenas that are watched, and what they say of a fault. Chapter 4 of the book, "Last
//! words".

use std::io::IoSliceMut;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use ch02_stencils::CodeAddress;
use nix::sys::uio::{RemoteIoVec, process_vm_readv};
use nix::unistd::Pid;

use super::super::arena::Arena;
use super::super::books::Place;
use super::context;
use super::error::FaultError;
use super::evidence::{Caller, Evidence, Fault, Sighting};
use super::handler;
use super::patience::patiently;
use super::text::Text;

/// As long as there is this, faults in an arena's code are reported.
#[derive(Debug)]
#[must_use = "the arena is watched until this is dropped"]
pub struct Watch {
    arena: Arc<Arena>,
}

/// Reports on standard error each fault that has to do with the arena's memory, before
/// the process dies of it: one of an instruction in it, an access to it, or a jump from
/// it to nowhere. A handler that somebody has installed before is called afterwards;
/// one that is installed later has to do the same for this one. Handlers stay until
/// the process ends.
///
/// If code can run out of stack, its thread needs an
/// [`AlternateStack`](super::AlternateStack), too.
///
/// # Errors
/// When the system installs no handlers, or the processor is not known.
pub fn report(arena: &Arc<Arena>) -> Result<Watch, FaultError> {
    if !context::IS_KNOWN {
        return Err(FaultError::UnknownProcessor);
    }
    let mut watched = watched();
    handler::install()?;
    watched.arenas.push(Arc::clone(arena));
    Ok(Watch { arena: Arc::clone(arena) })
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut watched = watched();
        let is_ours = |arena: &Arc<Arena>| Arc::ptr_eq(arena, &self.arena);
        let ours = watched.arenas.iter().position(is_ours);
        watched.arenas.swap_remove(ours.expect("it has been watched"));
    }
}

/// The arenas, and room for the words of a handler, whose stack may be small.
struct Watched {
    /// Each is there because of a [`Watch`], which keeps it alive: a handler never has
    /// the last reference to one.
    arenas: Vec<Arc<Arena>>,
    pc: Text<200>,
    address: Text<200>,
    caller: Text<200>,
    report: Text<1200>,
}

static WATCHED: Mutex<Watched> = Mutex::new(Watched {
    arenas: Vec::new(),
    pc: Text::new(),
    address: Text::new(),
    caller: Text::new(),
    report: Text::new(),
});

fn watched() -> MutexGuard<'static, Watched> {
    WATCHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Writes what the arenas say of a fault, if they say anything. For handlers.
pub(super) fn tell(fault: &Fault) {
    if let Some(mut watched) = patiently(try_watched)
        && let Some(report) = watched.report_on(fault)
    {
        // There is nobody to tell if this fails.
        let _ = rustix::io::write(rustix::stdio::stderr(), report.as_bytes());
    }
}

fn try_watched() -> Option<MutexGuard<'static, Watched>> {
    match WATCHED.try_lock() {
        Ok(watched) => Some(watched),
        Err(TryLockError::Poisoned(watched)) => Some(watched.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}

impl Watched {
    /// The words for a fault; `None` if it has nothing to do with the arenas.
    fn report_on(&mut self, fault: &Fault) -> Option<&str> {
        let Watched { arenas, pc, address, caller, report } = self;
        let pc = sight(arenas, fault.pc, pc);
        let address = match fault.access {
            Some(access) => sight(arenas, access.address, address),
            None => Sighting::Elsewhere,
        };
        let is_known = matches!(pc, Sighting::Code(_) | Sighting::Unknown);
        let is_lost = !is_known && (fault.is_jump() || pc != Sighting::Elsewhere);
        let caller = if is_lost { find_caller(arenas, fault.stack, caller) } else { None };
        let evidence = Evidence { fault: *fault, pc, address, caller };
        evidence.is_of_interest().then(|| report.set(format_args!("{evidence}")))
    }
}

/// What lies at an address. Code describes itself in `words`.
fn sight<'a, const N: usize>(
    arenas: &[Arc<Arena>],
    address: u64,
    words: &'a mut Text<N>,
) -> Sighting<'a> {
    let mut sighting = Sighting::Elsewhere;
    for arena in arenas {
        // A thread that executes the arena's code is not at its books. Others are there
        // for a short time, unless they are waiting for this thread.
        let place =
            patiently(|| arena.try_locate(CodeAddress(address), |place| note(place, words)).ok());
        match place {
            None => sighting = Sighting::Unknown,
            Some(None) => {}
            Some(Some(Sighting::Code(_))) => return Sighting::Code(words.as_str()),
            Some(Some(place)) => return place,
        }
    }
    sighting
}

/// Keeps of a place what can be kept; if that is code, its description is in `words`.
fn note<const N: usize>(place: Place<'_>, words: &mut Text<N>) -> Sighting<'static> {
    match place {
        Place::Code { what, offset } => {
            words.clear();
            // What has no room is left out.
            let _ = what.describe(offset, words);
            Sighting::Code("")
        }
        Place::Empty => Sighting::Empty,
        Place::Cells => Sighting::Cells,
        Place::Guard => Sighting::Guard,
    }
}

/// Published code, if the word on top of the stack is a return address in it. Code that
/// jumps to nowhere leaves no other trace.
fn find_caller<'a, const N: usize>(
    arenas: &[Arc<Arena>],
    stack: u64,
    words: &'a mut Text<N>,
) -> Option<Caller<'a>> {
    // The call ends where one returns to, and may be the last instruction of its code.
    let address = read_word(stack)?.checked_sub(1)?;
    match sight(arenas, address, words) {
        Sighting::Code(description) => Some(Caller { address, description }),
        _ => None,
    }
}

/// The word at an address. The system reads it, as there may be none: here, that would
/// be the next fault.
fn read_word(address: u64) -> Option<u64> {
    let mut word = [0; 8];
    let length = word.len();
    let there = RemoteIoVec { base: usize::try_from(address).ok()?, len: length };
    let read = process_vm_readv(Pid::this(), &mut [IoSliceMut::new(&mut word)], &[there]);
    (read == Ok(length)).then(|| u64::from_ne_bytes(word))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::super::{ArenaOptions, SystemPages};
    use super::*;

    #[test]
    fn a_watch_that_has_ended_keeps_no_arena() {
        let arena = Arena::new(Arc::new(SystemPages), ArenaOptions::new(0xcc));
        let watches = [report(&arena).unwrap(), report(&arena).unwrap()];
        assert_eq!(Arc::strong_count(&arena), 5);
        drop(watches);
        assert_eq!(Arc::strong_count(&arena), 1);
    }

    #[test]
    fn a_word_is_read_only_where_there_is_memory() {
        let word = 0x1234_5678_9abc_def0_u64;
        assert_eq!(read_word((&raw const word) as u64), Some(word));
        assert_eq!(read_word(0), None);
        assert_eq!(read_word(u64::MAX), None);
    }
}
