//! What the spreadsheet promises, however little code it may have.

use std::sync::Arc;

use ch05_code_cache::CacheOptions;

use crate::cell::CellId;
use crate::command_line::obey_all;
use crate::interpreter::Failure;
use crate::sheet::Sheet;

const UNLIMITED: usize = 1 << 20;

fn cell(name: &str) -> CellId {
    CellId::parse(name).expect("it is the name of a cell")
}

fn with_budget(budget: usize) -> Sheet {
    Sheet::new(CacheOptions { budget, is_stressed: false }).expect("there is memory")
}

/// A sheet with these formulas: `A1=B1 B1=2`.
fn filled(budget: usize, lines: &str) -> Sheet {
    let mut sheet = with_budget(budget);
    fill(&mut sheet, lines);
    sheet
}

/// Fills cells; returns how much code that cost.
fn fill(sheet: &mut Sheet, lines: &str) -> usize {
    let set = |line: &str| {
        let (name, formula) = line.split_once('=').expect("a cell and its formula");
        sheet.set(cell(name), formula).expect("it is a formula")
    };
    lines.split_whitespace().map(set).sum()
}

fn value(sheet: &Sheet, name: &str) -> f64 {
    sheet.get(cell(name)).expect("it has a value")
}

/// Once compiled, and once interpreted.
fn both(lines: &str, name: &str) -> [Result<f64, Failure>; 2] {
    [UNLIMITED, 0].map(|budget| filled(budget, lines).get(cell(name)))
}

fn failure(lines: &str, name: &str) -> String {
    let [compiled, interpreted] = both(lines, name).map(|it| it.expect_err("it fails"));
    assert_eq!(compiled, interpreted, "{lines}");
    compiled.to_string()
}

fn compiled(sheet: &Sheet, name: &str) -> u32 {
    sheet.cache().function_statistics(cell(name)).compiled
}

mod values {
    use super::*;

    #[test]
    fn operators_bind_as_in_arithmetic() {
        for (formula, expected) in [
            ("A2+A3*A4", 14.0),
            ("(A2+A3)*A4", 20.0),
            ("A4-A3-A2", -1.0),
            ("A4/A2/A2", 1.0),
            ("A4/(A2/A2)", 4.0),
            ("A2--3*.5", 3.5),
            ("(-1-A2)*-1-1", 2.0),
            ("SUM(A2:B4)-SUM(A3:A3)", 13.0),
            ("ABS(A2-A4)*ABS(A4-A2)", 4.0),
        ] {
            let lines = format!("A2=2 A3=3 A4=4 B2=7 A1={formula}");
            assert_eq!(both(&lines, "A1"), [Ok(expected), Ok(expected)], "{formula}");
        }
    }

    #[test]
    fn constants_arrive_with_all_their_bits_wherever_the_code_lies() {
        for multiplications in 0..32 {
            let negative_zero = format!("A1*-1{}", "*1".repeat(multiplications));
            for (formula, bits) in
                [(negative_zero.clone(), 1 << 63), (format!("ABS({negative_zero})"), 0)]
            {
                let results = both(&format!("A2={formula}"), "A2");
                assert_eq!(
                    results.map(|it| it.map(f64::to_bits)),
                    [Ok(bits), Ok(bits)],
                    "{formula}"
                );
            }
        }
    }

    #[test]
    fn spaces_mean_nothing() {
        let mut sheet = with_budget(UNLIMITED);
        sheet.set(cell("A1"), " SUM ( B1 : B2 ) - ( 4 +\t-1.5 ) ").expect("it is a formula");
        assert_eq!(value(&sheet, "A1"), -2.5);
    }

    #[test]
    fn numbers_keep_their_bits() {
        for number in ["0.1", "-0", "1e300", "1e15", "123456789.987654321"] {
            let bits = number.parse::<f64>().unwrap().to_bits();
            let results = both(&format!("A1={number} A2=A1 A3=A2"), "A3");
            assert_eq!(results.map(|it| it.unwrap().to_bits()), [bits; 2], "{number}");
        }
    }

    #[test]
    fn an_empty_cell_is_zero() {
        assert_eq!(both("A1=B1+SUM(C1:D9)+1", "A1"), [Ok(1.0), Ok(1.0)]);
        assert_eq!(value(&with_budget(UNLIMITED), "Z99"), 0.0);
    }

    #[test]
    fn a_formula_is_computed_once_after_a_change() {
        let lines: Vec<String> = (2..=61).map(|row| format!("A{row}=A{0}+A{0}", row - 1)).collect();
        for budget in [UNLIMITED, 2000, 0] {
            let mut sheet = filled(budget, &lines.join(" "));
            for number in [1.0, 3.0] {
                fill(&mut sheet, &format!("A1={number}"));
                // Else it would take years.
                assert_eq!(value(&sheet, "A61"), number * 60_f64.exp2());
            }
        }
    }
}

mod changes {
    use super::*;

    #[test]
    fn a_changed_number_costs_the_code_that_has_it_inside() {
        let mut sheet = filled(UNLIMITED, "A1=1 A2=2 B1=A1+A1 B2=A1+A2 B3=A2+B1 B4=B2*B3");
        assert_eq!(value(&sheet, "B4"), 12.0);
        assert_eq!(fill(&mut sheet, "A1=10"), 2);
        assert_eq!(value(&sheet, "B4"), 12.0 * 22.0);
        assert_eq!(["B1", "B2", "B3", "B4"].map(|name| compiled(&sheet, name)), [2, 2, 1, 1]);
        assert_eq!((fill(&mut sheet, "A2=0"), fill(&mut sheet, "A1=0")), (2, 1));
    }

    #[test]
    fn a_changed_formula_costs_its_own_code_only() {
        let mut sheet = filled(UNLIMITED, "A1=5 B1=A1+1 C1=B1*2 D1=B1+C1");
        assert_eq!(value(&sheet, "D1"), 18.0);
        assert_eq!(fill(&mut sheet, "B1=A1-1"), 1);
        assert_eq!(value(&sheet, "D1"), 12.0);
        assert_eq!(["B1", "C1", "D1"].map(|name| compiled(&sheet, name)), [2, 1, 1]);
    }

    #[test]
    fn a_formula_may_become_a_number_and_a_number_a_formula() {
        let mut sheet = filled(UNLIMITED, "A1=2 B1=A1*A1 C1=B1+1");
        for (change, expected) in
            [("A2=0", 5.0), ("B1=7", 8.0), ("B1=9", 10.0), ("B1=A1", 3.0), ("A1=B2*3", 1.0)]
        {
            fill(&mut sheet, change);
            assert_eq!(value(&sheet, "C1"), expected, "after {change}");
        }
        assert_eq!(compiled(&sheet, "C1"), 1, "it calls whatever there is");
        fill(&mut sheet, "B2=1");
        assert_eq!(value(&sheet, "C1"), 4.0);
    }

    #[test]
    fn what_is_no_formula_changes_nothing() {
        let mut sheet = filled(UNLIMITED, "A1=2 B1=A1+1");
        for (formula, error) in [
            ("", "column 1: expected a number, a cell, `SUM`, `ABS` or `(`"),
            ("A1+", "column 4: expected a number, a cell, `SUM`, `ABS` or `(`"),
            ("A1 A1", "column 4: expected an operator, or the end"),
            ("(A1*2", "column 6: expected an operator, or `)`"),
            ("inf", "column 1: expected a number, a cell, `SUM`, `ABS` or `(`"),
            ("1+ A100", "column 4: expected a number, a cell, `SUM`, `ABS` or `(`"),
            ("A01", "column 1: expected a number, a cell, `SUM`, `ABS` or `(`"),
            ("SUM(A1)", "column 7: expected `:`"),
            ("SUM(A1:2)", "column 8: expected a cell"),
            ("ABS A1", "column 5: expected `(`"),
            ("é", "column 1: expected a number, a cell, `SUM`, `ABS` or `(`"),
            (&"-".repeat(121), "column 121: expected the end at last"),
        ] {
            let refused = sheet.set(cell("B1"), formula).expect_err("it is no formula");
            assert_eq!(refused.to_string(), error, "{formula}");
        }
        assert_eq!((value(&sheet, "B1"), compiled(&sheet, "B1")), (3.0, 1));
    }
}

mod failures {
    use super::*;

    #[test]
    fn the_place_that_fails_is_found_by_the_address_of_its_code() {
        assert_eq!(failure("A1=1/0", "A1"), "A1, column 2: division by zero");
        let lines = "A1=B1*3+ABS(C1)*2 B1=7 C1=4-D1/SUM(E1:F3)/2 D1=1 E2=2 F3=-2";
        assert_eq!(failure(lines, "A1"), "C1, column 5: division by zero");
        assert_eq!(
            failure("A1=0*(1-1/(B1-B1)) B1=C1 C1=3", "A1"),
            "A1, column 7: division by zero"
        );
    }

    #[test]
    fn formulas_that_need_themselves_fail() {
        let reason = "goes round in circles, or is 512 formulas deep";
        assert_eq!(failure("A1=1+A1", "A1"), format!("A1, column 3: {reason}"));
        assert_eq!(failure("A1=B1 B1=(C1) C1=A1*1", "A1"), format!("B1, column 2: {reason}"));
        assert_eq!(failure("A1=B1+1 B1=ABS(C1) C1=2*B1", "A1"), format!("B1, column 5: {reason}"));
    }

    #[test]
    fn after_a_failure_all_is_as_before() {
        for budget in [UNLIMITED, 300, 0] {
            let mut sheet = filled(budget, "A1=A2/A3 A2=B1+1 B1=7/A4 A3=1 A4=0");
            for _ in 0..3 {
                assert_eq!(sheet.get(cell("A1")).unwrap_err().place, "B1, column 2");
                assert_eq!(sheet.runner().depth(), 0);
                fill(&mut sheet, "A4=1");
                assert_eq!(value(&sheet, "A1"), 8.0);
                fill(&mut sheet, "A3=0");
                assert_eq!(sheet.get(cell("A1")).unwrap_err().place, "A1, column 3");
                fill(&mut sheet, "A3=1 A4=0");
            }
        }
    }
}

mod room {
    use super::*;

    /// A chain of formulas, the last one first, each of which needs another one besides.
    fn chain(length: usize) -> (String, Vec<CellId>) {
        // Columns A to M for the chain, and N to Z for the others.
        let ids: Vec<CellId> = (0..length).map(|it| CellId(it / 13 * 26 + it % 13)).collect();
        let line = |(index, &it): (usize, &CellId)| {
            let (before, other) = (ids[index.saturating_sub(1)], CellId(it.0 + 13));
            match index {
                0 => format!("{it}=Z99+{other} {other}=Z99*2"),
                _ => format!("{it}={before}+{other} {other}=Z99*2"),
            }
        };
        let lines: Vec<String> = ids.iter().enumerate().map(line).collect();
        (lines.join(" "), ids)
    }

    #[test]
    fn code_that_formulas_return_to_is_kept_while_other_code_goes() {
        let (lines, ids) = chain(500);
        let sheet = filled(UNLIMITED, &lines);
        sheet.get(ids[499]).unwrap();
        let size = |index: usize| sheet.cache().function_statistics(ids[index]).bytes;
        // So much that the whole chain has room, and none of the others, before the
        // chain's own formulas have come to their ends.
        let budget = size(0) + 499 * size(1);
        let mut sheet = filled(budget, &lines);
        for number in [1.0, 2.0] {
            fill(&mut sheet, &format!("Z99={number}"));
            assert_eq!(sheet.get(ids[499]), Ok(number * 1001.0));
        }
        let statistics = sheet.cache().statistics();
        assert!(statistics.evicted > 400, "{statistics:?}");
        assert_eq!(statistics.peak_bytes, budget);
        assert_eq!(compiled(&sheet, &ids[499].to_string()), 1, "it waited all the time");
    }

    #[test]
    fn formulas_that_find_no_room_are_interpreted() {
        let (lines, ids) = chain(500);
        let mut last_compiled = 0;
        for budget in [0, 100, 1000, 10_000, 30_000] {
            let mut sheet = filled(budget, &lines);
            fill(&mut sheet, "Z99=1");
            assert_eq!(sheet.get(ids[499]), Ok(1001.0), "{budget} bytes");
            let statistics = sheet.cache().statistics();
            assert!(statistics.peak_bytes <= budget, "{statistics:?}");
            assert!(statistics.compiled >= last_compiled && statistics.refused > 0);
            last_compiled = statistics.compiled;
        }
        assert!(last_compiled > 100);
    }

    #[test]
    fn code_that_was_evicted_is_compiled_again() {
        let sheet = filled(500, "A1=B1 B1=C1*2 C2=B1+3 D2=C1+C2 C1=2+3");
        for _ in 0..5 {
            assert_eq!(
                ["A1", "D2", "C2", "B1"].map(|it| value(&sheet, it)),
                [10.0, 18.0, 13.0, 10.0]
            );
        }
        assert!(sheet.cache().statistics().recompiled > 5, "{:?}", sheet.cache().statistics());
    }

    #[test]
    fn calls_are_counted_whether_code_was_there_or_not() {
        for budget in [UNLIMITED, 400] {
            let mut sheet = filled(budget, "A1=B1+B1*B1 B1=C1+1");
            for number in 1..=10 {
                fill(&mut sheet, &format!("C1={number}"));
                value(&sheet, "A1");
            }
            let calls = ["A1", "B1"].map(|it| sheet.cache().function_statistics(cell(it)).calls);
            assert_eq!(calls, [Some(10), Some(30)], "{budget} bytes");
        }
    }

    #[test]
    fn a_sheet_gives_all_its_memory_back() {
        let sheet = filled(UNLIMITED, "A1=B1+C1 B1=C1/2 C1=D1*2");
        value(&sheet, "A1");
        let arena = Arc::clone(sheet.cache().arena());
        assert!(arena.usage().pieces > 10);
        drop(sheet);
        assert_eq!(arena.usage().pieces, 0);
        assert!(arena.trim().expect("the system takes it back") > 0);
    }
}

mod lines {
    use super::*;

    fn printed(budget: usize, lines: &[&str]) -> Vec<String> {
        let mut printed = Vec::new();
        obey_all(budget, lines, |line| printed.push(line)).expect("all of them can be obeyed");
        printed
    }

    #[test]
    fn a_line_changes_a_cell_or_shows_it() {
        let lines = ["A1=2", "A1", "B1=A1/C1", "B1", "C1=4", "B1"];
        let expected = [
            "A1=2",
            "A1                    2",
            "B1=A1/C1",
            "B1                    B1, column 3: division by zero",
            "C1=4                  (1 to compile again)",
            "B1                    0.5     (needed 2x, compiled 2x)",
        ];
        let printed = printed(UNLIMITED, &lines);
        let (summary, printed) = printed.split_last().expect("there is a summary");
        assert_eq!(printed, expected);
        let counted = "compiled: 2 (1 again); thrown away: 1 changed, 0 evicted";
        assert!(summary.ends_with(counted), "{summary}");
    }

    #[test]
    fn a_line_that_cannot_be_obeyed_is_the_last() {
        for (line, error) in [
            ("A0=1", "A0=1: no such cell"),
            ("A1=2+", "A1=2+: column 3: expected a number, a cell, `SUM`, `ABS` or `(`"),
        ] {
            let mut count = 0;
            let obeyed = obey_all(0, &["B1", line, "B1"], |_| count += 1);
            assert_eq!((obeyed.expect_err("it is wrong").to_string(), count), (error.into(), 1));
        }
    }
}
