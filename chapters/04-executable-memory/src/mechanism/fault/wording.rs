//! How a fault is told. Chapter 4 of the book, "Last words".

use std::fmt::{self, Display, Formatter};

use nix::sys::signal::Signal;

use super::evidence::{Access, AccessKind, Caller, Evidence, Fault, Sighting};

impl Display for Evidence<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Evidence { fault, pc, address, caller } = self;
        let (signal, place) = (fault.signal.as_str(), fault.pc);
        match pc {
            Sighting::Code(description) => {
                writeln!(f, "fatal: {signal} in compiled code: {}", Cause(fault))?;
                writeln!(f, "  at {place:#x}: {description}")?;
                address_line(f, fault, *address)
            }
            Sighting::Unknown => {
                writeln!(f, "fatal: {signal} at {place:#x}: {}", Cause(fault))?;
                writeln!(f, "  whether that is compiled code {BUSY}")
            }
            Sighting::Elsewhere if !fault.is_jump() => {
                let cause = Cause(fault);
                writeln!(f, "fatal: {signal}: {cause}, by code outside the arena, at {place:#x}")?;
                address_line(f, fault, *address)
            }
            Sighting::Elsewhere => {
                writeln!(f, "fatal: {signal}: jump to {place:#x}, where nothing can be executed")?;
                caller_line(f, *caller)
            }
            Sighting::Empty | Sighting::Cells | Sighting::Guard => {
                writeln!(f, "fatal: {signal}: jump to {place:#x}, {pc}")?;
                caller_line(f, *caller)
            }
        }
    }
}

/// Why there is no name for an address.
const BUSY: &str = "cannot be told: another thread is at the arena's books";

/// What lies where the access went, if that says more than where the instruction is.
fn address_line(f: &mut Formatter<'_>, fault: &Fault, there: Sighting<'_>) -> fmt::Result {
    let Some(address) = fault.access.map(|it| it.address).filter(|&it| it != fault.pc) else {
        return Ok(());
    };
    match there {
        Sighting::Elsewhere => Ok(()),
        Sighting::Unknown => writeln!(f, "  what lies at {address:#x} {BUSY}"),
        _ => writeln!(f, "  {address:#x} is {there}"),
    }
}

fn caller_line(f: &mut Formatter<'_>, caller: Option<Caller<'_>>) -> fmt::Result {
    match caller {
        Some(Caller { address, description }) => {
            writeln!(f, "  perhaps called from {address:#x}: {description}")
        }
        None => writeln!(f, "  from where is not known"),
    }
}

impl Display for Sighting<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Elsewhere => f.write_str("outside the arena"),
            Self::Unknown => f.write_str("nobody knows what"),
            Self::Code(description) => write!(f, "published code: {description}"),
            Self::Empty => {
                f.write_str("room in which there is no code: it was freed, or never published")
            }
            Self::Cells => f.write_str("room for the arena's cells"),
            Self::Guard => f.write_str("a guard page of the arena"),
        }
    }
}

/// What a fault was about.
struct Cause<'a>(&'a Fault);

impl Display for Cause<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match (self.0.access, self.0.signal) {
            (Some(access), _) => access.fmt(f),
            (None, Signal::SIGFPE) => f.write_str("division by zero, or a quotient too large"),
            (None, Signal::SIGILL) => f.write_str("no instruction of this processor"),
            (None, Signal::SIGTRAP) => f.write_str("a trap"),
            (None, Signal::SIGBUS) => f.write_str("a misaligned access"),
            (None, _) => f.write_str("an impossible address, or a privileged instruction"),
        }
    }
}

impl Display for Access {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            AccessKind::Data { writes: None } => "access to",
            AccessKind::Data { writes: Some(false) } => "read of",
            AccessKind::Data { writes: Some(true) } => "write to",
            AccessKind::Execute => "execution of",
        };
        write!(f, "{kind} {:#x}", self.address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: Sighting<'_> = Sighting::Code("fib, instruction 12 (BINARY_OP): hot part + 0x7");

    fn fault(signal: Signal, access: Option<(AccessKind, u64)>) -> Fault {
        let access = access.map(|(kind, address)| Access { kind, address });
        Fault { signal, pc: 0x1007, stack: 0x9000, access }
    }

    fn told(fault: Fault, pc: Sighting<'_>, address: Sighting<'_>) -> String {
        Evidence { fault, pc, address, caller: None }.to_string()
    }

    fn told_of(signal: Signal) -> String {
        told(fault(signal, None), CODE, Sighting::Elsewhere)
    }

    #[test]
    fn a_fault_in_code_is_told_with_function_and_instruction() {
        let fault = fault(Signal::SIGSEGV, Some((AccessKind::Data { writes: Some(true) }, 0)));
        insta::assert_snapshot!(told(fault, CODE, Sighting::Elsewhere), @r"
        fatal: SIGSEGV in compiled code: write to 0x0
          at 0x1007: fib, instruction 12 (BINARY_OP): hot part + 0x7
        ");
    }

    #[test]
    fn each_signal_without_an_address_has_its_own_cause() {
        let signals =
            [Signal::SIGFPE, Signal::SIGILL, Signal::SIGTRAP, Signal::SIGBUS, Signal::SIGSEGV];
        let lines = signals.map(|signal| told_of(signal).lines().next().unwrap().to_owned());
        insta::assert_snapshot!(lines.join("\n"), @r"
        fatal: SIGFPE in compiled code: division by zero, or a quotient too large
        fatal: SIGILL in compiled code: no instruction of this processor
        fatal: SIGTRAP in compiled code: a trap
        fatal: SIGBUS in compiled code: a misaligned access
        fatal: SIGSEGV in compiled code: an impossible address, or a privileged instruction
        ");
    }

    #[test]
    fn what_code_has_accessed_is_told_if_it_is_the_arenas() {
        let fault = fault(Signal::SIGSEGV, Some((AccessKind::Data { writes: Some(true) }, 0x2000)));
        let places = [
            Sighting::Code("g+0x10"),
            Sighting::Empty,
            Sighting::Cells,
            Sighting::Guard,
            Sighting::Unknown,
        ];
        let lines = places.map(|place| told(fault, CODE, place).lines().nth(2).unwrap().to_owned());
        insta::assert_snapshot!(lines.join("\n"), @r"
        0x2000 is published code: g+0x10
        0x2000 is room in which there is no code: it was freed, or never published
        0x2000 is room for the arena's cells
        0x2000 is a guard page of the arena
        what lies at 0x2000 cannot be told: another thread is at the arena's books
        ");
    }

    #[test]
    fn an_access_from_outside_is_told_by_what_it_hit() {
        let fault = fault(Signal::SIGSEGV, Some((AccessKind::Data { writes: Some(true) }, 0x2000)));
        insta::assert_snapshot!(told(fault, Sighting::Elsewhere, Sighting::Code("g+0x10")), @r"
        fatal: SIGSEGV: write to 0x2000, by code outside the arena, at 0x1007
          0x2000 is published code: g+0x10
        ");
    }

    #[test]
    fn a_jump_to_where_there_is_no_code_is_told_by_where_it_led() {
        let trap = fault(Signal::SIGTRAP, None);
        let jump = fault(Signal::SIGSEGV, Some((AccessKind::Execute, 0x1007)));
        let reports = [
            told(trap, Sighting::Empty, Sighting::Elsewhere),
            told(jump, Sighting::Guard, Sighting::Guard),
            told(jump, Sighting::Cells, Sighting::Cells),
        ];
        insta::assert_snapshot!(reports.concat(), @r"
        fatal: SIGTRAP: jump to 0x1007, room in which there is no code: it was freed, or never published
          from where is not known
        fatal: SIGSEGV: jump to 0x1007, a guard page of the arena
          from where is not known
        fatal: SIGSEGV: jump to 0x1007, room for the arena's cells
          from where is not known
        ");
    }

    #[test]
    fn a_jump_out_of_compiled_code_is_told_by_who_jumped() {
        let fault = Fault { pc: 0, ..fault(Signal::SIGSEGV, Some((AccessKind::Execute, 0))) };
        let caller = Some(Caller { address: 0x2004, description: "g+0x4" });
        let (pc, address) = (Sighting::Elsewhere, Sighting::Elsewhere);
        insta::assert_snapshot!(Evidence { fault, pc, address, caller }, @r"
        fatal: SIGSEGV: jump to 0x0, where nothing can be executed
          perhaps called from 0x2004: g+0x4
        ");
    }

    #[test]
    fn without_the_books_the_rest_is_told() {
        let fault = fault(Signal::SIGSEGV, Some((AccessKind::Data { writes: Some(false) }, 0x18)));
        insta::assert_snapshot!(told(fault, Sighting::Unknown, Sighting::Unknown), @r"
        fatal: SIGSEGV at 0x1007: read of 0x18
          whether that is compiled code cannot be told: another thread is at the arena's books
        ");
    }

    #[test]
    fn what_has_nothing_to_do_with_the_arenas_is_of_no_interest() {
        let fault = fault(Signal::SIGSEGV, Some((AccessKind::Data { writes: Some(false) }, 0)));
        let (pc, address) = (Sighting::Elsewhere, Sighting::Elsewhere);
        assert!(!Evidence { fault, pc, address, caller: None }.is_of_interest());
        assert!(Evidence { fault, pc, address: Sighting::Guard, caller: None }.is_of_interest());
    }
}
