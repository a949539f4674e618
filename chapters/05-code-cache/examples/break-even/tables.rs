//! What was measured, as tables to read.

use super::balance::{Balance, Compiling, Facts, Figures};
use super::compilation::{COPIES, TIMES};
use super::execution::LOOPS;
use super::laps::Laps;
use super::series::{CALLED, EXECUTIONS, FUNCTIONS, Series, WAITS, medians};

/// How wide the longest function's name is.
const NAME: usize = 15;

/// All tables.
pub(super) fn tables(balances: &[Balance], series: &Series, rounds: usize) -> String {
    format!(
        "Medians of {rounds} interleaved rounds (and spread), each itself a median of {LOOPS} loops \
         and of\n{TIMES} times {COPIES} copies. Interpreter and code are those of one engine, the \
         calls interpreted.\n\n{}\n{}\n{}",
        executions(balances),
        compiling(balances),
        passed(series),
    )
}

fn executions(balances: &[Balance]) -> String {
    let mut text = format!(
        "{:NAME$}  bytecodes  executed  {:30}  {}\n",
        "one execution", "  interpreted ns (spread)", "  compiled ns (spread)"
    );
    for Balance { subject, facts, figures } in balances {
        let Facts { bytecodes, executed, .. } = facts;
        let (interpreted, compiled) = (&figures.interpreted, &figures.compiled);
        text += &row(format!(
            "{:NAME$}  {bytecodes:9}  {executed:8}  {:30}  {}",
            subject.label(),
            figure(interpreted, 9),
            figure(compiled, 9),
        ));
    }
    text
}

/// `told` is what the cache has measured, `whole` what one sees from outside.
fn compiling(balances: &[Balance]) -> String {
    let head = "  told   whole   paid after (spread)";
    let mut text = row(format!(
        "{:NAME$}         {:36}  cold, ns: in new memory",
        "compiling at", "warm, ns: where other code has been"
    ));
    text += &row(format!("{:NAME$}  bytes  {head:36}  {head}", "the first call"));
    for Balance { subject, facts, figures } in balances {
        let (warm, cold) = (cost(&figures.warm), cost(&figures.cold));
        text += &row(format!("{:NAME$}  {:5}  {warm:36}  {cold}", subject.label(), facts.bytes));
    }
    let mean = |side: fn(&Figures) -> &Compiling| {
        count(geometric_mean(balances.iter().map(|it| side(&it.figures).paid_after.median())))
    };
    let (warm, cold) = (mean(|figures| &figures.warm), mean(|figures| &figures.cold));
    text + &row(format!("{:NAME$}  {:21}{warm:>7}{:31}{cold:>7}", "geometric mean", "", ""))
}

/// In whole executions; if something never pays, that is infinite, too.
fn geometric_mean(figures: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = figures.len() as f64;
    (figures.map(f64::ln).sum::<f64>() / count).exp().round()
}

fn cost(compiling: &Compiling) -> String {
    let Compiling { told, whole, paid_after } = compiling;
    let (least, most) = paid_after.spread();
    let spread = format!("({} to {})", count(least), count(most));
    let (told, whole) = (told.median(), whole.median());
    format!("{told:6.0}  {whole:6.0}  {:>5} {spread}", count(paid_after.median()))
}

fn passed(series: &Series) -> String {
    let mut text = format!(
        "A program of {FUNCTIONS} functions, {CALLED} of which are called: microseconds from its \
         start, to when\neach of these has been executed so often, in an arena of its own. (Who \
         waits is worked out:\nthe interpreter so far, lazy from there on.)\n"
    );
    let ways = ["interpreter", "lazy", "eager"].map(str::to_owned);
    let waits = WAITS.map(|wait| format!("wait {wait}"));
    text += &row(format!("executions{}", columns(ways.iter().chain(&waits).cloned())));
    let ways = [&series.interpreter, &series.lazy, &series.eager].map(medians);
    let waits = WAITS.map(|wait| series.waiting(wait));
    for (index, executions) in EXECUTIONS.iter().enumerate() {
        let times = ways.iter().chain(&waits).map(|way| format!("{:.0}", way[index]));
        text += &row(format!("{executions:10}{}", columns(times)));
    }
    text
}

fn columns(texts: impl Iterator<Item = String>) -> String {
    texts.map(|text| format!("  {text:>12}")).collect()
}

/// `     38.8 (38.0 to 41.2)`
fn figure(laps: &Laps, width: usize) -> String {
    let (least, most) = laps.spread();
    format!("{:width$.1} ({least:.1} to {most:.1})", laps.median())
}

/// A number of executions.
fn count(executions: f64) -> String {
    if executions.is_finite() { executions.to_string() } else { "never".to_owned() }
}

fn row(text: String) -> String {
    text.trim_end().to_owned() + "\n"
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::compilation::{Cost, Costs};
    use super::super::execution::Times;
    use super::super::subject::SUBJECTS;
    use super::*;

    /// Three rounds of two functions, one of which gains nothing in one of them.
    pub(in super::super) fn balances() -> Vec<Balance> {
        [(0, 20.0, 16.0), (8, 17_000.0, 7_000.0)]
            .map(|(index, interpreted, compiled)| {
                let mut figures = Figures::default();
                for factor in [1.0, 0.5, 1.25] {
                    let times = Times {
                        interpreted: interpreted * factor,
                        compiled: compiled * factor * factor,
                    };
                    let cost = |told| Cost { told, whole: told + 500.0 };
                    let costs = Costs { warm: cost(2000.0 * factor), cold: cost(3000.0 * factor) };
                    figures.add(times, costs);
                }
                let facts = Facts { bytecodes: 20, executed: 13_011, bytes: 714 };
                Balance { subject: &SUBJECTS[index], facts, figures }
            })
            .into()
    }

    pub(in super::super) fn series() -> Series {
        let stretches = |start: f64, each: f64| {
            std::array::from_fn(|index| {
                let stretch = if index == 0 { start } else { each * index as f64 };
                [stretch, stretch / 2.0, stretch * 2.0].into_iter().collect()
            })
        };
        Series {
            interpreter: stretches(250.0, 150.0),
            lazy: stretches(400.0, 75.0),
            eager: stretches(5000.25, 75.0),
        }
    }

    #[test]
    fn the_tables_tell_times_costs_and_when_they_have_paid() {
        insta::assert_snapshot!(tables(&balances(), &series(), 3), @r"
        Medians of 3 interleaved rounds (and spread), each itself a median of 15 loops and of
        15 times 100 copies. Interpreter and code are those of one engine, the calls interpreted.

        one execution    bytecodes  executed    interpreted ns (spread)         compiled ns (spread)
        same(7)                 20     13011       20.0 (10.0 to 25.0)             16.0 (4.0 to 25.0)
        sum_below(1000)         20     13011    17000.0 (8500.0 to 21250.0)      7000.0 (1750.0 to 10937.5)

        compiling at            warm, ns: where other code has been   cold, ns: in new memory
        the first call   bytes    told   whole   paid after (spread)    told   whole   paid after (spread)
        same(7)            714    2000    2500    625 (250 to never)    3000    3500    875 (334 to never)
        sum_below(1000)    714    2000    2500      1 (1 to 1)          3000    3500      1 (1 to 1)
        geometric mean                             25                                    30

        A program of 1000 functions, 10 of which are called: microseconds from its start, to when
        each of these has been executed so often, in an arena of its own. (Who waits is worked out:
        the interpreter so far, lazy from there on.)
        executions   interpreter          lazy         eager       wait 16     wait 4000
                 0           250           400          5000           250           250
                 1           400           475          5075           400           400
                 2           700           625          5225           700           700
                 5          1150           850          5450          1150          1150
                10          1750          1150          5750          1750          1750
                20          2500          1525          6125          2575          2500
                50          3400          1975          6575          3535          3400
               100          4450          2500          7100          4132          4450
               200          5650          3100          7700          4804          5650
               500          7000          3775          8375          5539          7000
              1000          8500          4525          9125          6301          8500
              2000         10150          5350          9950          7137         10150
              5000         11950          6250         10850          8045         15475
             10000         13900          7225         11825          9022         17395
             20000         16000          8275         12875         10073         18805
        ");
    }

    #[test]
    fn no_line_has_more_than_100_columns() {
        for line in tables(&balances(), &series(), 11).lines() {
            assert!(line.chars().count() <= 100, "{line}");
        }
    }
}
