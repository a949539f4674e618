//! What is counted, and how the counts are printed. Chapter 3 of the book,
//! "Payoff".

use std::fmt;
use std::num::NonZeroU64;

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
use iced_x86::{Instruction, Mnemonic, OpKind};

/// Machine instructions that were executed. Calls and returns are no jumps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) taken_jumps: u64,
    /// All instructions, those of the other counts among them.
    pub(crate) instructions: u64,
    pub(crate) calls: u64,
    pub(crate) returns: u64,
}

/// Counts, each divided by the same number.
#[derive(Debug)]
pub(crate) struct Rates {
    counts: Counts,
    divisor: NonZeroU64,
}

impl Counts {
    /// Counts an instruction after which the processor has gone on at `next`.
    #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
    pub(crate) fn add(&mut self, instruction: &Instruction, next: u64) {
        // The processor stops after each round of a repeated string instruction;
        // the last one completes it.
        let is_repeated = instruction.has_rep_prefix() || instruction.has_repne_prefix();
        if is_repeated && next == instruction.ip() {
            return;
        }
        match instruction.mnemonic() {
            Mnemonic::Jmp => self.taken_jumps += 1,
            Mnemonic::Call => self.calls += 1,
            Mnemonic::Ret => self.returns += 1,
            // Whatever else names a place in code goes there on a condition.
            _ if instruction.op0_kind() == OpKind::NearBranch64 => {
                self.taken_jumps += u64::from(next != instruction.next_ip());
            }
            _ => {}
        }
        self.instructions += 1;
    }

    /// The counts divided by `divisor`.
    pub(crate) fn per(self, divisor: NonZeroU64) -> Rates {
        Rates { counts: self, divisor }
    }

    /// All counts with their names, in the order in which they are printed.
    fn named(self) -> [(&'static str, u64); 4] {
        [
            ("taken jumps", self.taken_jumps),
            ("instructions", self.instructions),
            ("calls", self.calls),
            ("returns", self.returns),
        ]
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = self.named().map(|(name, count)| format!("{name} {}", grouped(count)));
        formatter.write_str(&counts.join("   "))
    }
}

impl fmt::Display for Rates {
    #[expect(clippy::cast_precision_loss, reason = "three decimals are printed")]
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let divisor = self.divisor.get();
        let rates = self.counts.named().map(|(name, count)| {
            let rate = count as f64 / divisor as f64;
            format!("{name} {rate:.3}")
        });
        write!(formatter, "divided by {}:   {}", grouped(divisor), rates.join("   "))
    }
}

/// A number with a comma before every three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(all(test, target_arch = "x86_64", target_os = "linux"))]
mod tests {
    use super::*;
    use iced_x86::{Decoder, DecoderOptions};

    const ADDRESS: u64 = 0x1000;

    /// The counts of one instruction after which the processor goes on at `next`.
    fn counts(code: &[u8], next: u64) -> Counts {
        let instruction = Decoder::with_ip(64, code, ADDRESS, DecoderOptions::NONE).decode();
        let mut counts = Counts::default();
        counts.add(&instruction, next);
        counts
    }

    #[test]
    fn a_conditional_jump_is_counted_when_it_is_taken() {
        let je = [0x74, 0x10];
        assert_eq!(
            counts(&je, 0x1012),
            Counts { taken_jumps: 1, instructions: 1, ..Counts::default() }
        );
        assert_eq!(counts(&je, 0x1002), Counts { instructions: 1, ..Counts::default() });
    }

    #[test]
    fn an_unconditional_jump_is_always_taken() {
        let to_the_next = [0xeb, 0x00];
        assert_eq!(counts(&to_the_next, 0x1002).taken_jumps, 1);
        let through_rax = [0xff, 0xe0];
        assert_eq!(counts(&through_rax, 0x5000).taken_jumps, 1);
    }

    #[test]
    fn calls_and_returns_are_no_jumps() {
        let call = [0xe8, 0, 0, 0, 0];
        assert_eq!(
            counts(&call, 0x1005),
            Counts { calls: 1, instructions: 1, ..Counts::default() }
        );
        let ret = [0xc3];
        assert_eq!(
            counts(&ret, 0x5000),
            Counts { returns: 1, instructions: 1, ..Counts::default() }
        );
    }

    #[test]
    fn a_repeated_instruction_counts_once() {
        let rep_movsb = [0xf3, 0xa4];
        assert_eq!(counts(&rep_movsb, ADDRESS), Counts::default());
        assert_eq!(counts(&rep_movsb, 0x1002).instructions, 1);
    }

    #[test]
    fn counts_are_printed_in_groups_of_three_digits() {
        let counts = Counts { taken_jumps: 12_345, instructions: 1_000_000, calls: 12, returns: 0 };
        assert_eq!(
            counts.to_string(),
            "taken jumps 12,345   instructions 1,000,000   calls 12   returns 0"
        );
        let per = NonZeroU64::new(2_000).expect("it is not zero");
        assert_eq!(
            counts.per(per).to_string(),
            "divided by 2,000:   taken jumps 6.173   instructions 500.000   calls 0.006   returns 0.000"
        );
    }
}
