//! A day in the shop, and who counts what happens.

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use ch02_stencils::CodeAddress;
use ch04_executable_memory::{Describe, Observer};

use crate::shop::{Failure, Shop};

/// How many programs each thread compiles, and how many of them it keeps.
pub(crate) const PROGRAMS: usize = 1000;
const KEPT: usize = 8;

/// How many programs were published, their bytes, and how many programs were freed.
#[derive(Debug, Default)]
pub(crate) struct Tally([AtomicUsize; 3]);

impl Observer for Tally {
    fn published(&self, _: CodeAddress, code: &[u8], _: &dyn Describe) {
        self.0[0].fetch_add(1, Ordering::Relaxed);
        self.0[1].fetch_add(code.len(), Ordering::Relaxed);
    }

    fn freed(&self, _: CodeAddress, _: usize) {
        self.0[2].fetch_add(1, Ordering::Relaxed);
    }
}

impl Tally {
    pub(crate) fn counts(&self) -> [usize; 3] {
        self.0.each_ref().map(|count| count.load(Ordering::Relaxed))
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [published, bytes, freed] = self.counts();
        write!(f, "observer: {published} programs published, {bytes} bytes; {freed} freed")
    }
}

/// What a thread has done.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Day {
    pub(crate) word: &'static str,
    pub(crate) sum: f64,
    pub(crate) counted: u64,
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Day { word, sum, counted } = self;
        write!(f, "thread `{word}`: {PROGRAMS} programs printed {sum} in all, counted {counted}")
    }
}

/// Lets two threads work at once.
pub(crate) fn two_days(shop: &Shop) -> Result<[Day; 2], Failure> {
    thread::scope(|scope| {
        let threads = ["halve", "decrement"].map(|word| scope.spawn(move || day(shop, word)));
        let [first, second] = threads.map(|it| it.join().expect("a thread does not panic"));
        Ok([first?, second?])
    })
}

/// Programs of different lengths come, are run, and go.
fn day(shop: &Shop, word: &'static str) -> Result<Day, Failure> {
    let mut day = Day { word, ..Day::default() };
    let mut kept = VecDeque::new();
    for number in 0..PROGRAMS {
        let words = format!("{word} count ").repeat(number % 7);
        let source = format!("{} {words}absolute print", number % 10);
        let id = shop.compile(&format!("{word} {number}"), &source)?;
        shop.run(id, &mut |value| day.sum += value)?;
        day.counted += shop.counted(id);
        kept.push_back(id);
        let gone = kept.len().saturating_sub(KEPT);
        kept.drain(..gone).try_for_each(|id| shop.free(id))?;
    }
    kept.into_iter().try_for_each(|id| shop.free(id))?;
    Ok(day)
}

/// How much memory all that took.
pub(crate) fn memory(shop: &Shop) -> String {
    let usage = shop.arena.usage();
    let (mapped, pieces) = (usage.populated, usage.pieces);
    format!("arena: {mapped} bytes mapped at most; {pieces} programs left")
}

/// A word fails, and the arena knows which.
pub(crate) fn failure(shop: &Shop) -> Result<(), Failure> {
    let source = "1 check decrement decrement check print";
    let id = shop.compile("loss", source)?;
    let failed = shop.run(id, &mut |_| {}).expect_err("the cell is negative");
    println!("`{source}` fails: {failed}");
    shop.free(id)
}

/// While a program prints, another thread wants to free it.
pub(crate) fn freed_while_it_runs(shop: &Shop) -> Result<(), Failure> {
    let source = "9 halve print";
    let id = shop.compile("half", source)?;
    shop.run(id, &mut |value| {
        let freed = thread::scope(|scope| scope.spawn(|| shop.free(id)).join());
        let refused = freed.expect("a thread does not panic").expect_err("the program runs");
        println!("`{source}` prints {value}, and another thread frees it: {refused}");
    })?;
    shop.free(id)?;
    println!("and again, when it has ended: {} programs left", shop.arena.usage().pieces);
    Ok(())
}
