//! A day in the shop.

use std::collections::VecDeque;
use std::fmt;
use std::thread;

use crate::shop::{Shop, ShopError};

/// How many programs each thread compiles.
pub(crate) const PROGRAMS: usize = 1000;

/// How many of them it keeps.
const KEPT: usize = 8;

/// What a thread has done.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Day {
    pub(crate) sum: f64,
    pub(crate) counted: u64,
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Day { sum, counted } = self;
        write!(f, "{PROGRAMS} programs, whose results add up to {sum}; `count` {counted} times")
    }
}

/// Lets two threads work at once.
pub(crate) fn two_threads(shop: &Shop) -> Result<[Day; 2], ShopError> {
    thread::scope(|scope| {
        let threads = ["halve", "decrement"].map(|word| scope.spawn(|| day(shop, word)));
        let [first, second] = threads.map(|it| it.join().expect("a thread does not panic"));
        Ok([first?, second?])
    })
}

/// Programs of different lengths come, are run, and go.
fn day(shop: &Shop, word: &str) -> Result<Day, ShopError> {
    let mut day = Day::default();
    let mut kept = VecDeque::new();
    for number in 0..PROGRAMS {
        let words = format!("{word} count ").repeat(number % 7);
        let source = format!("{} {words}absolute print", number % 10);
        let id = shop.compile(&format!("{word} {number}"), &source)?;
        shop.run(id, &mut |value| day.sum += value)?;
        day.counted += shop.counted(id);
        kept.push_back(id);
        if kept.len() > KEPT {
            kept.pop_front().map_or(Ok(()), |id| shop.free(id))?;
        }
    }
    kept.into_iter().try_for_each(|id| shop.free(id))?;
    Ok(day)
}

/// What the arena has used for it.
pub(crate) fn memory(shop: &Shop) -> String {
    let usage = shop.arena.usage();
    let (mapped, free) = (usage.populated, usage.free);
    format!("at most {mapped} bytes were mapped for code; {free} are free again")
}

/// A word fails, and the arena knows which.
pub(crate) fn failure(shop: &Shop) -> Result<(), ShopError> {
    let source = "1 check decrement decrement check print";
    let id = shop.compile("loss", source)?;
    let failed = shop.run(id, &mut |_| {}).expect_err("the cell is negative");
    println!("{source:?} {failed}");
    shop.free(id)
}

/// While a program prints, another thread wants to free it.
pub(crate) fn freed_while_it_runs(shop: &Shop) -> Result<(), ShopError> {
    let source = "9 halve print";
    let id = shop.compile("half", source)?;
    shop.run(id, &mut |value| {
        let freed = thread::scope(|scope| scope.spawn(|| shop.free(id)).join());
        let refused = freed.expect("a thread does not panic").expect_err("the program runs");
        println!("{source:?} prints {value}; freed by another thread then: {refused}");
    })?;
    shop.free(id)?;
    println!("freed when it has ended: done; {} programs are left", shop.arena.usage().pieces);
    Ok(())
}
