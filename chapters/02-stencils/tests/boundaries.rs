//! What goes into the holes of our stencils, at the edges of its range. Both
//! engines have to print what the interpreter in Rust prints.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]

use std::fmt::Write;
use std::sync::Arc;

use ch00_workbench::Source;
use ch01_bytecode_vm::{Engine, Exit, Interpreter, Program, Vm, load, traceback};
use ch02_stencils::driver::{Build, Objects};
use ch02_stencils::{InterpreterC, Jit};

/// What a program prints, and how it ends, with its traceback if it raised.
fn run(program: &Arc<Program>, engine: &mut dyn Engine) -> (String, Exit, Option<String>) {
    let mut out = Vec::new();
    let mut vm = Vm::new(Arc::clone(program), &mut out, false).unwrap();
    let exit = engine.resume(&mut vm);
    let traceback = vm.exception().map(|_| traceback(&vm));
    vm.flush().unwrap();
    drop(vm);
    (String::from_utf8(out).unwrap(), exit, traceback)
}

/// Runs a program in all engines; returns what it prints.
fn agree(text: &str) -> String {
    let source = Source { name: "program.py".into(), text: text.into() };
    let program = load(source).expect("a program");
    let load = |build| Objects::Prebuilt.load(build).expect("the prebuilt objects are good");
    let expected = run(&program, &mut Interpreter::<()>::default());
    let mut jit = Jit::new(Arc::clone(&program), Arc::new(load(Build::JitLarge))).unwrap();
    assert_eq!(run(&program, &mut jit), expected, "the JIT");
    let mut interpreter = InterpreterC::new(&load(Build::Interpreter)).unwrap();
    assert_eq!(run(&program, &mut interpreter), expected, "the interpreter in C");
    expected.0
}

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
