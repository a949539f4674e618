//! The tape shop: the arena serves a language that is not Python. Its programs are
//! words, which work on a tape of doubles, with the stencils of chapter 3's example.
//! Two threads compile, run and free them in one arena. Chapter 4 of the book, "Who
//! wants to know".

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod language;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod shop;
#[cfg(all(test, target_arch = "x86_64", target_os = "linux"))]
mod tests;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod work;

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
fn main() -> Result<(), shop::Failure> {
    let tally = std::sync::Arc::new(work::Tally::default());
    let shop = shop::Shop::new(tally.clone());
    work::two_days(&shop)?.iter().for_each(|day| println!("{day}"));
    println!("{tally}");
    println!("{}", work::memory(&shop));
    work::failure(&shop)?;
    work::freed_while_it_runs(&shop)
}

#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
fn main() {
    eprintln!("the stencils are x86-64 code, and the arena is for Linux");
}
