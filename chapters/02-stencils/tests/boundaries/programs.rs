//! Programs whose operands are at the edges of their range. Later chapters have them
//! compiled by their own engines.

use std::fmt::Write;

use crate::agree;

#[test]
fn constants_have_all_64_bits() {
    let constants = [
        "0",
        "1",
        "1073741824",
        "2147483647",
        "2147483648",
        "4294967295",
        "4294967296",
        "4611686018427387903",
        "None",
        "True",
        "False",
        "''",
        "'text'",
    ];
    let text: String = constants.iter().map(|constant| format!("print({constant})\n")).collect();
    let expected = constants.map(|constant| format!("{}\n", constant.trim_matches('\'')));
    assert_eq!(agree(&text), expected.concat());
}

#[test]
fn the_first_and_the_last_local_variable_are_found() {
    let last = 40_000;
    let mut text = String::from("def f(v0):\n");
    for local in 1..=last {
        writeln!(text, "    v{local} = v{} + 1", local - 1).unwrap();
    }
    writeln!(text, "    v0 = v{last}\n    return v0 + v{last}\nprint(f(1))").unwrap();
    assert_eq!(agree(&text), format!("{}\n", 2 * (last + 1)));
}

#[test]
fn the_first_and_the_last_module_variable_are_found() {
    let last = 70_000;
    let mut text = String::from("v0 = 1\n");
    for name in 1..=last {
        writeln!(text, "v{name} = v{} + 1", name - 1).unwrap();
    }
    writeln!(text, "def f():\n    global v0\n    v0 = v{last}\n    return v0\nprint(f())").unwrap();
    assert_eq!(agree(&text), format!("{}\n", last + 1));
}

#[test]
fn calls_have_as_many_arguments_as_they_have() {
    assert_eq!(agree("def f():\n    return 7\nprint(f())\n"), "7\n");
    agree("def f():\n    return 7\nf(1)\n");
    for count in [1, 2, 255, 256, 5_000] {
        let parameters: String = (0..count).map(|number| format!("p{number}, ")).collect();
        let arguments: String = (0..count).map(|number| format!("{number}, ")).collect();
        let define = format!("def f({parameters}):\n    return p{}\n", count - 1);
        assert_eq!(agree(&format!("{define}print(f({arguments}))\n")), format!("{}\n", count - 1));
        agree(&format!("{define}f({arguments}1)\n"));
        agree(&format!("{define}f()\n"));
    }
}

#[test]
fn jumps_reach_across_a_long_function() {
    let mut text = String::from("def f(n):\n    x = 0\n    while n > 0:\n        n -= 1\n");
    text.push_str(&"        x += n\n".repeat(30_000));
    text.push_str("    return x\nprint(f(3))\n");
    assert_eq!(agree(&text), "90000\n");
}

#[test]
fn an_exception_far_down_is_blamed_on_its_line() {
    let mut text = String::from("def f(n):\n");
    text.push_str(&"    n = n + 1\n".repeat(20_000));
    text.push_str("    return n // 0\nf(1)\n");
    agree(&text);
}

#[test]
fn the_tested_hole_of_is_means_both_0_and_1() {
    let text =
        "for x in range(2):\n    print(x is None, x is not None, None is None, None is not None)\n";
    assert_eq!(agree(text), "False True True False\n".repeat(2));
}

#[test]
fn ranges_are_kept_in_the_slots_of_their_loop() {
    let depth = 18;
    let mut text = String::from("def f():\n    x = 0\n");
    for level in 0..depth {
        writeln!(text, "{}for i{level} in range(1):", "    ".repeat(level + 1)).unwrap();
    }
    writeln!(text, "{}x += 1", "    ".repeat(depth + 1)).unwrap();
    text.push_str("    return x\nprint(f())\n");
    assert_eq!(agree(&text), "1\n");
}
