//! The speed of a compiler: interleaved rounds in one process, told as medians.
//! Chapter 3 of the book measures with it.

use std::time::{Duration, Instant};

use crate::{Compiled, Compiler, Line, Listing, Memory, Refusal};

/// How long a round lasts at least. A program that is compiled faster is compiled
/// several times.
pub(crate) const ROUND: Duration = Duration::from_millis(20);

/// How fast programs are compiled to one kind of memory.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CompileSpeed {
    pub(crate) memory: Memory,
    /// What one compilation comes to.
    pub(crate) compiled: Compiled,
    /// Nanoseconds per bytecode of each round, shortest first.
    pub(crate) laps: Vec<f64>,
}

/// Compiles in turn to each kind of memory, for `rounds` rounds of at least
/// `duration` each, after one that does not count.
///
/// # Errors
/// The compiler's, or when there is nothing to compile.
///
/// # Panics
/// When there are no rounds, or the compiler knows no memory.
pub(crate) fn measure(
    compiler: &mut dyn Compiler,
    rounds: usize,
    duration: Duration,
) -> Result<Vec<CompileSpeed>, Refusal> {
    assert!(rounds > 0, "there is at least one round");
    assert!(!compiler.memories().is_empty(), "a compiler writes its code somewhere");
    let mut speeds = Vec::new();
    for &memory in compiler.memories() {
        let (_, compiled) = round(compiler, memory, duration)?;
        speeds.push(CompileSpeed { memory, compiled, laps: Vec::new() });
    }
    for _ in 0..rounds {
        for speed in &mut speeds {
            speed.laps.push(round(compiler, speed.memory, duration)?.0);
        }
    }
    speeds.iter_mut().for_each(|speed| speed.laps.sort_unstable_by(f64::total_cmp));
    Ok(speeds)
}

/// Compiles until `duration` has passed, at least once. Returns the nanoseconds per
/// bytecode, and what one compilation came to.
fn round(
    compiler: &mut dyn Compiler,
    memory: Memory,
    duration: Duration,
) -> Result<(f64, Compiled), Refusal> {
    let (mut time, mut bytecodes) = (Duration::ZERO, 0);
    loop {
        let start = Instant::now();
        let compiled = compiler.compile(memory)?;
        time += start.elapsed();
        compiler.discard();
        bytecodes += compiled.bytecodes;
        if bytecodes == 0 {
            return Err(Refusal { message: "there is nothing to compile".to_owned(), status: 1 });
        }
        if time >= duration {
            return Ok((time.as_nanos() as f64 / bytecodes as f64, compiled));
        }
    }
}

impl CompileSpeed {
    /// The middle lap (of an even number, the longer of the two middle ones), in
    /// nanoseconds per bytecode.
    pub(crate) fn median(&self) -> f64 {
        self.laps[self.laps.len() / 2]
    }

    /// By the median.
    pub(crate) fn bytecodes_per_second(&self) -> f64 {
        1e9 / self.median()
    }

    /// Bytes of machine code, hot and cold, by the median.
    pub(crate) fn bytes_per_second(&self) -> f64 {
        let (hot, cold) = self.bytes_per_bytecode();
        self.bytecodes_per_second() * (hot + cold)
    }

    /// Bytes of machine code for one bytecode: hot, cold.
    pub(crate) fn bytes_per_bytecode(&self) -> (f64, f64) {
        let per_bytecode = |bytes: u64| bytes as f64 / self.compiled.bytecodes as f64;
        (per_bytecode(self.compiled.hot_bytes), per_bytecode(self.compiled.cold_bytes))
    }

    /// A table with a row for each kind of memory.
    pub(crate) fn table(engine: &str, speeds: &[CompileSpeed]) -> Listing {
        let first = speeds.first().expect("a compiler writes its code somewhere");
        let Compiled { functions, bytecodes, .. } = first.compiled;
        let rounds = first.laps.len();
        let mut listing = Listing::new(format!(
            "the compiler of `{engine}`; functions: {functions}, bytecodes: {bytecodes}; \
             medians of {rounds} interleaved rounds:"
        ));
        let head = "memory  ns/bytecode  M bytecodes/s     MB/s  hot B/bytecode  cold";
        listing.lines.push(Line { note: "spread".to_owned(), ..Line::text(head) });
        listing.lines.extend(speeds.iter().map(CompileSpeed::row));
        listing
    }

    fn row(&self) -> Line {
        let (hot, cold) = self.bytes_per_bytecode();
        let text = format!(
            "{:6}  {:11.2}  {:13.2}  {:7.1}  {hot:14.1}  {cold:4.1}",
            self.memory,
            self.median(),
            self.bytecodes_per_second() / 1e6,
            self.bytes_per_second() / 1e6,
        );
        let (shortest, longest) = (self.laps[0], self.laps[self.laps.len() - 1]);
        Line { note: format!("({shortest:.2} to {longest:.2} ns)"), ..Line::text(text) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMPILED: Compiled =
        Compiled { functions: 2, bytecodes: 40, hot_bytes: 1000, cold_bytes: 100 };

    /// A compiler of a program with `bytecodes` instructions, which notes what it is
    /// asked to do.
    struct Toy {
        bytecodes: u64,
        notes: Vec<String>,
    }

    impl Compiler for Toy {
        fn memories(&self) -> &'static [Memory] {
            &[Memory::Warm, Memory::Cold]
        }
        fn compile(&mut self, memory: Memory) -> Result<Compiled, Refusal> {
            self.notes.push(memory.to_string());
            Ok(Compiled { bytecodes: self.bytecodes, ..COMPILED })
        }
        fn discard(&mut self) {
            self.notes.push("discard".to_owned());
        }
    }

    #[test]
    fn memories_take_turns_and_the_first_round_does_not_count() {
        let mut toy = Toy { bytecodes: 40, notes: Vec::new() };
        let speeds = measure(&mut toy, 3, Duration::ZERO).unwrap();
        assert_eq!(toy.notes, ["warm", "discard", "cold", "discard"].repeat(4));
        for speed in &speeds {
            assert_eq!((speed.laps.len(), speed.compiled), (3, COMPILED));
            assert!(speed.laps.is_sorted());
        }
    }

    #[test]
    fn a_short_program_is_compiled_until_the_round_is_long_enough() {
        let mut toy = Toy { bytecodes: 40, notes: Vec::new() };
        let millisecond = Duration::from_millis(1);
        let (lap, _) = round(&mut toy, Memory::Cold, millisecond).unwrap();
        let bytecodes = 40 * toy.notes.len() / 2;
        assert!(lap * bytecodes as f64 >= millisecond.as_nanos() as f64 - 1.0);
    }

    #[test]
    fn a_program_without_instructions_has_no_speed() {
        let mut toy = Toy { bytecodes: 0, notes: Vec::new() };
        let refusal = measure(&mut toy, 1, Duration::ZERO).unwrap_err();
        assert_eq!(refusal.message, "there is nothing to compile");
    }

    #[test]
    fn the_table_tells_speed_and_size() {
        let speed = |memory, laps| CompileSpeed { memory, compiled: COMPILED, laps };
        let speeds = [
            speed(Memory::Warm, vec![24.0, 25.0, 31.5]),
            speed(Memory::Cold, vec![99.0, 100.0, 1234.0]),
        ];
        insta::assert_snapshot!(CompileSpeed::table("jit", &speeds), @r"
        the compiler of `jit`; functions: 2, bytecodes: 40; medians of 3 interleaved rounds:
        memory  ns/bytecode  M bytecodes/s     MB/s  hot B/bytecode  cold  spread
        warm          25.00          40.00   1100.0            25.0   2.5  (24.00 to 31.50 ns)
        cold         100.00          10.00    275.0            25.0   2.5  (99.00 to 1234.00 ns)
        ");
    }
}
